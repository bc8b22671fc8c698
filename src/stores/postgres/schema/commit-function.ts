import { filled } from '../../sql/column.ts'
import { instant } from './instant.ts'
import { inSafePath } from './search-path.ts'

const columns = [...filled.map(({ column }) => column), 'version', 'next_at', 'planned_by', 'traits']
const list = `${columns.join(', ')}, ticket`
const values = `${columns.map((column) => `fresh.${column}`).join(', ')}, texts[base + (part ->> 'ticket')::integer]`

/**
 * The first conflict of a commit with what is kept, in the order of the port; NULL when it may be saved. What two
 * changes of one commit do to each other is worked out before: see `encoded`.
 */
const conflict = `
CREATE FUNCTION @conflict(given jsonb, at double precision) RETURNS json LANGUAGE plpgsql AS $conflict$
DECLARE
  own_tenant text := given ->> 'tenant';
  changes jsonb := given -> 'changes';
  part jsonb;
  one jsonb;
  found_text text;
  found_number double precision;
BEGIN
  IF given -> 'receipt' IS NOT NULL THEN
    SELECT kept.receipt INTO found_text FROM @receipts AS kept
    WHERE kept.tenant = own_tenant AND kept.command_id = given -> 'receipt' ->> 'id';
    IF FOUND THEN RETURN json_build_object('conflict', 'receipt', 'receipt', found_text); END IF;
  END IF;
  IF given -> 'lease' IS NOT NULL THEN
    part := given -> 'lease';
    -- nobody takes the ticket over before this commit is through
    PERFORM 1 FROM @leases AS kept
    WHERE kept.tenant = own_tenant AND kept.ticket_id = part ->> 'ticketId' AND kept.holder = part ->> 'holder'
      AND kept.token = (part ->> 'token')::double precision AND kept.until > ${instant('at')}
    FOR SHARE;
    IF NOT FOUND THEN RETURN json_build_object('conflict', 'lease', 'ticketId', part -> 'ticketId'); END IF;
  END IF;
  IF given -> 'turn' IS NOT NULL THEN
    SELECT kept.turn INTO found_number FROM @turns AS kept
    WHERE kept.tenant = own_tenant AND kept.agent = given -> 'turn' ->> 'agent';
    IF coalesce(found_number, 0) <> (given -> 'turn' ->> 'seen')::double precision THEN
      RETURN json_build_object('conflict', 'turn', 'agent', given -> 'turn' -> 'agent');
    END IF;
  END IF;
  FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
    FOR n IN 0 .. jsonb_array_length(changes -> i -> 'external') - 1 LOOP
      one := changes -> i -> 'external' -> n;
      SELECT kept.ticket_id INTO found_text FROM @external_ids AS kept
      WHERE kept.tenant = own_tenant AND kept.external_id = one ->> 0;
      found_text := coalesce(found_text, one ->> 1);
      IF found_text IS NOT NULL THEN
        RETURN json_build_object('conflict', 'external_id', 'externalId', one -> 0, 'ticketId', found_text);
      END IF;
    END LOOP;
  END LOOP;
  FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
    part := changes -> i;
    found_number := (part ->> 'ownVersion')::double precision;
    IF found_number IS NULL THEN
      SELECT kept.version INTO found_number FROM @tickets AS kept
      WHERE kept.tenant = own_tenant AND kept.id = part ->> 'id';
    END IF;
    IF coalesce(found_number, 0) <> (part ->> 'expected')::double precision THEN
      RETURN json_build_object(
        'conflict', 'version', 'ticketId', part -> 'id', 'actual', coalesce(found_number, 0));
    END IF;
  END LOOP;
  FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
    part := changes -> i;
    SELECT kept.id INTO found_text FROM @tickets AS kept
    WHERE kept.tenant = own_tenant AND kept.reference = part ->> 'reference';
    IF coalesce(found_text, part ->> 'ownReference') <> part ->> 'id' THEN
      RETURN json_build_object('conflict', 'reference', 'reference', part -> 'reference');
    END IF;
  END LOOP;
  RETURN NULL;
END $conflict$`

/**
 * Writes the rows of a commit that somebody else may be writing at this moment under the same key: each waits for them,
 * and if they were first, all of it is taken back (false), without an error that would give up the transaction of the
 * application. What is left to be written then is nobody else's.
 */
const take = `
CREATE FUNCTION @take(given jsonb, texts text[]) RETURNS boolean LANGUAGE plpgsql AS $take$
DECLARE
  own_tenant text := given ->> 'tenant';
  changes jsonb := given -> 'changes';
  base integer := (given ->> 'base')::integer;
  command text := given -> 'receipt' ->> 'id';
  part jsonb;
  one text;
  named text[] := '{}';
  opened text[] := '{}';
BEGIN
  IF command IS NOT NULL THEN
    INSERT INTO @receipts (tenant, command_id, at, receipt)
    VALUES (own_tenant, command, (given -> 'receipt' ->> 'at')::double precision, 
      texts[base + (given -> 'receipt' ->> 'text')::integer])
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  <<taking>>
  BEGIN
    FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
      part := changes -> i;
      FOR n IN 0 .. jsonb_array_length(part -> 'external') - 1 LOOP
        one := part -> 'external' -> n ->> 0;
        INSERT INTO @external_ids (tenant, external_id, ticket_id, command_id)
        VALUES (own_tenant, one, part ->> 'id', command) ON CONFLICT DO NOTHING;
        EXIT taking WHEN NOT FOUND;
        named := named || one;
      END LOOP;
      IF (part ->> 'expected')::integer = 0 AND part -> 'row' IS NOT NULL THEN
        INSERT INTO @tickets (tenant, id, ${list})
        SELECT own_tenant, part ->> 'id', ${values}
        FROM jsonb_populate_record(NULL::@tickets, part -> 'row') AS fresh
        ON CONFLICT DO NOTHING;
        EXIT taking WHEN NOT FOUND;
        opened := opened || (part ->> 'id');
      END IF;
    END LOOP;
    IF given -> 'turn' IS NOT NULL THEN
      INSERT INTO @turns AS kept (tenant, agent, turn)
      VALUES (own_tenant, given -> 'turn' ->> 'agent', nextval('@turn_numbers'))
      ON CONFLICT (tenant, agent) DO UPDATE SET turn = excluded.turn
      WHERE kept.turn = (given -> 'turn' ->> 'seen')::double precision;
      EXIT taking WHEN NOT FOUND;
    END IF;
    RETURN true;
  END;
  DELETE FROM @receipts WHERE tenant = own_tenant AND command_id = command;
  DELETE FROM @external_ids WHERE tenant = own_tenant AND external_id = ANY (named);
  DELETE FROM @tickets WHERE tenant = own_tenant AND id = ANY (opened);
  RETURN false;
END $take$`

/** Writes the rest of a commit. A row too few means that the tables are not what they should be. */
const save = `
CREATE FUNCTION @save(commit jsonb, texts text[]) RETURNS void LANGUAGE plpgsql AS $save$
DECLARE
  own_tenant text := commit ->> 'tenant';
  changes jsonb := commit -> 'changes';
  base integer := (commit ->> 'base')::integer;
  part jsonb;
  own_id text;
BEGIN
  FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
    part := changes -> i;
    own_id := part ->> 'id';
    IF part -> 'row' IS NULL THEN
      UPDATE @tickets SET next_at = (part ->> 'nextAt')::double precision, planned_by = part ->> 'plannedBy'
      WHERE tenant = own_tenant AND id = own_id;
      CONTINUE;
    END IF;
    IF (part ->> 'expected')::integer > 0 THEN
      UPDATE @tickets AS own SET (${list}) = ROW (${values})
      FROM jsonb_populate_record(NULL::@tickets, part -> 'row') AS fresh
      WHERE own.tenant = own_tenant AND own.id = own_id AND own.version = (part ->> 'expected')::integer;
      IF NOT FOUND THEN RAISE SQLSTATE 'TW002' USING MESSAGE = 'no row changed where one should have'; END IF;
    END IF;
    INSERT INTO @events (tenant, ticket_id, version, event)
    SELECT own_tenant, own_id, (value ->> 0)::integer, texts[base + (value ->> 1)::integer]
    FROM jsonb_array_elements(part -> 'events');
    FOR n IN 0 .. coalesce(jsonb_array_length(part -> 'redacted'), 0) - 1 LOOP
      UPDATE @events SET event = texts[base + (part -> 'redacted' -> n ->> 1)::integer]
      WHERE tenant = own_tenant AND ticket_id = own_id AND version = (part -> 'redacted' -> n ->> 0)::integer;
      IF NOT FOUND THEN RAISE SQLSTATE 'TW002' USING MESSAGE = 'no row changed where one should have'; END IF;
    END LOOP;
    FOR n IN 0 .. coalesce(jsonb_array_length(part -> 'forgotten'), 0) - 1 LOOP
      DELETE FROM @external_ids
      WHERE tenant = own_tenant AND external_id = part -> 'forgotten' ->> n AND ticket_id = own_id;
    END LOOP;
  END LOOP;
  FOR i IN 0 .. jsonb_array_length(commit -> 'effects') - 1 LOOP
    part := commit -> 'effects' -> i;
    INSERT INTO @effects (tenant, id, ticket_id, due_at, effect)
    VALUES (own_tenant, part ->> 'id', part ->> 'ticketId', (part ->> 'dueAt')::double precision,
      texts[base + (part ->> 'text')::integer])
    ON CONFLICT DO NOTHING;
  END LOOP;
END $save$`

/** Attempts of one commit at keys that others write too. */
const attempts = 10

/**
 * How the same function is made for tables with row security: what it is set to, and what is done to see a tenant's
 * rows.
 */
interface Apart {
  readonly settings: string
  readonly enter: (tenant: string) => string
}

/**
 * Saves commits, each whole or not at all, and says of each what it conflicts with (null: nothing). The rows of all
 * their tickets are locked first; one whose tickets others hold is answered `held`, so that nobody in its company waits
 * with it. Only a commit by itself waits, `ticket_wait` milliseconds: in a queue of PostgreSQL's, which sees who waits
 * for each other. For a key that others are about to write it waits `key_wait` milliseconds at most; neither is longer
 * than what the session allows. What is kept as text stands in `texts`, and in a commit by its number there, counted
 * from base: read as JSON once less. Plans are made once, for any tenant and ticket (see `model-rows.ts`).
 */
export const commitFunction = (
  name: string,
  { settings, enter }: Apart = { settings: '', enter: () => '' },
): string => `
CREATE OR REPLACE FUNCTION @${name}(
  given text, texts text[], at double precision, known integer, key_wait integer, ticket_wait integer
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
${inSafePath} ${settings} AS $commit$
DECLARE
  commits jsonb := given::jsonb;
  answers json[] := '{}';
  answer json;
  one record;
  held jsonb := '[]';
  held_id text;
  in_feed boolean := false;
  session_wait text := current_setting('lock_timeout');
  -- null: for ever
  longest integer := nullif(extract(epoch FROM session_wait::interval) * 1000, 0);
  ends_at timestamptz := clock_timestamp() + ticket_wait * interval '1 millisecond';
  left_wait integer;
BEGIN
  key_wait := least(key_wait, longest);
  PERFORM set_config('lock_timeout', key_wait::text, true);
  PERFORM @check_version(known);
  FOR one IN
    SELECT DISTINCT whole ->> 'tenant' AS tenant, part ->> 'id' AS id
    FROM jsonb_array_elements(commits) AS whole, jsonb_array_elements(whole -> 'changes') AS part
    WHERE (part ->> 'expected')::integer > 0 ORDER BY 1, 2
  LOOP
    ${enter('one.tenant')}
    -- whoever only refers to a ticket from a table of the application's own holds nobody up
    PERFORM 1 FROM @tickets AS kept WHERE kept.tenant = one.tenant AND kept.id = one.id FOR NO KEY UPDATE SKIP LOCKED;
    CONTINUE WHEN FOUND;
    PERFORM 1 FROM @tickets AS kept WHERE kept.tenant = one.tenant AND kept.id = one.id;
    CONTINUE WHEN NOT FOUND;
    left_wait := least(longest, extract(epoch FROM ends_at - clock_timestamp()) * 1000);
    IF left_wait > 0 THEN
      -- a wait that is over is no error that would give up the application's transaction; a deadlock is one
      BEGIN
        PERFORM set_config('lock_timeout', left_wait::text, true);
        PERFORM 1 FROM @tickets AS kept WHERE kept.tenant = one.tenant AND kept.id = one.id FOR NO KEY UPDATE;
        PERFORM set_config('lock_timeout', key_wait::text, true);
        CONTINUE;
      EXCEPTION WHEN lock_not_available THEN
        NULL;
      END;
    END IF;
    held := held || jsonb_build_array(jsonb_build_array(one.tenant, one.id));
  END LOOP;
  FOR i IN 0 .. jsonb_array_length(commits) - 1 LOOP
    ${enter("commits -> i ->> 'tenant'")}
    held_id := NULL;
    IF held <> '[]' THEN
      SELECT part ->> 'id' INTO held_id
      FROM jsonb_array_elements(held) AS other, jsonb_array_elements(commits -> i -> 'changes') AS part
      WHERE other ->> 0 = commits -> i ->> 'tenant' AND other ->> 1 = part ->> 'id' LIMIT 1;
    END IF;
    -- who waits does so where the turn is taken, as for a key
    IF held_id IS NULL AND commits -> i ->> 'waits' = 'false' AND commits -> i -> 'turn' IS NOT NULL THEN
      IF NOT @have_turn(commits -> i ->> 'tenant', commits -> i -> 'turn' ->> 'agent') THEN
        held_id := commits -> i -> 'changes' -> 0 ->> 'id';
      END IF;
    END IF;
    IF held_id IS NOT NULL THEN
      answers := array_append(answers, json_build_object('conflict', 'held', 'ticketId', held_id));
      CONTINUE;
    END IF;
    FOR attempt IN 1 .. ${attempts + 1} LOOP
      answer := @conflict(commits -> i, at);
      EXIT WHEN answer IS NOT NULL OR @take(commits -> i, texts);
      -- others were first, and what they wrote is seen by now; unless this transaction sees only what was there before
      IF attempt > ${attempts} THEN RAISE serialization_failure; END IF;
    END LOOP;
    IF answer IS NULL THEN
      IF NOT in_feed THEN PERFORM @enter_feed(); in_feed := true; END IF;
      PERFORM @save(commits -> i, texts);
    END IF;
    answers := array_append(answers, answer);
  END LOOP;
  PERFORM set_config('lock_timeout', session_wait, true);
  RETURN array_to_json(answers)::text;
END $commit$`

/** A release that does not know these tables may write nothing that a later one reads, and do none of its effects. */
const checkVersion = `
CREATE FUNCTION @check_version(known integer) RETURNS void LANGUAGE plpgsql AS $check_version$
DECLARE
  version integer;
BEGIN
  SELECT value INTO version FROM @meta WHERE name = 'version';
  IF version > known THEN
    RAISE SQLSTATE 'TW001'
      USING MESSAGE = format('the tables are of version %s, this release knows %s', version, known);
  END IF;
END $check_version$`

export const commitFunctions = [checkVersion, conflict, take, save, commitFunction('commit')]
