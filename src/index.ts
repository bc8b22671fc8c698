// errors

export {
  DeskError,
  type ErrorCode,
  type ErrorFacts,
  isDeskError,
  type Refusal,
  type Result,
  sentence,
  unwrap,
} from './errors.ts'

// time: what a moment, a duration and a working day are

export { alwaysOpen, businessCalendar } from './time/business-calendar.ts'
export type {
  BusinessCalendar,
  CalendarDefinition,
  Holiday,
  HoursDefinition,
  IntersectionDefinition,
  PartReason,
  Reason,
  Stretch,
  UnionDefinition,
  WallInterval,
  Weekday,
} from './time/calendar.ts'
export { businessCalendars, checkCalendar } from './time/calendars.ts'
export { type Clock, systemClock } from './time/clock.ts'
export { intersectCalendars, unionCalendars } from './time/combine.ts'
export { describeCalendar } from './time/describe.ts'
export { type DurationInput, toDuration, type UnsignedDuration } from './time/duration.ts'
export { calendarFromHolidays, type ListedHoliday } from './time/holidays.ts'
export { type InstantInput, toInstant } from './time/instant.ts'

// model: the nouns

export type { Actor, ActorKind } from './model/actor.ts'
export { bounds } from './model/bounds.ts'
export type { SlaClock } from './model/clock.ts'
export { checkTagColors, contrastRatio } from './model/contrast.ts'
export type { Effect } from './model/effect.ts'
export type { Cause, TicketEvent } from './model/event.ts'
export type { Json, JsonObject } from './model/json.ts'
export type { Attachment, Message, MessageRole } from './model/message.ts'
export type { Names, StatusKind } from './model/names.ts'
export type { Requester } from './model/person.ts'
export type { ImpactStep, Plan, PriorityMatrix } from './model/prioritisation.ts'
export { type Priority, type PrioritySource, type StandardPriority, standardPriorities } from './model/priority.ts'
export type { RoutingReason } from './model/routing-reason.ts'
export type { Tag } from './model/tag.ts'
export { foldText } from './model/text.ts'
export type { Ticket } from './model/ticket.ts'
export type { AnyTicketEvent, LedgerEntry, TicketEventShapes, TicketEventType } from './model/ticket-event.ts'

// condition: a question as data

export type { Condition, Leaf } from './condition/condition.ts'
export type { FieldClass, FieldType, Subject } from './condition/field.ts'
export type { Operator } from './condition/operator.ts'
export type { ConditionIndex } from './condition/rule-index.ts'
export type { SortKey, SortPosition, SortValue } from './condition/sort-key.ts'
export type { LeafVerdict, Verdict } from './condition/verdict.ts'

// workflow: may this happen, and what does it change

export type { Status } from './workflow/status.ts'
export {
  defineWorkflow,
  type StandardStatus,
  standardWorkflow,
  type Workflow,
  type WorkflowDefinition,
} from './workflow/workflow.ts'

// sla: how long has somebody waited, and when is it too long

export type {
  ClockExplanation,
  ClockMark,
  ClockReason,
  ClockStretch,
  ClockTerms,
} from './sla/explanation.ts'
export type { LevelDefinition } from './sla/level.ts'
export { type Metric, type StandardMetric, type StartFact, standardMetrics } from './sla/metric.ts'
export type { MetricDefinition } from './sla/metric-definition.ts'
export type { SignalName } from './sla/signal.ts'
export type { ClockState, NextStep, SlaState } from './sla/state.ts'
export type { StepDefinition } from './sla/step.ts'
export type { TargetDefinition } from './sla/target.ts'
export type { AmountInput, BusinessDays, Within } from './sla/within.ts'

// rules: what follows by itself

export type { Advice, Suggestion, Thresholds } from './rules/advice.ts'
export type { CannedMessageDefinition, RenderedMessage } from './rules/canned.ts'
export type { EffectAction, Recipient } from './rules/effect.ts'
export type { ActionTrial, CauseExplanation, RuleTrial } from './rules/explain.ts'
export type { MacroDefinition, TimeRuleDefinition, TriggerDefinition, TriggerEvent } from './rules/rule.ts'
export type { CountedFrom, SinceInput } from './rules/since.ts'

// queue: who works on what next

export type { OrderExplanation } from './queue/describe-ordering.ts'
export type { OrderingName, OrderingWithOptions } from './queue/named-ordering.ts'
export { namedOrderings, type Ordering, type OrderingPart } from './queue/ordering.ts'
export type { PageOfIndex, QueueIndex } from './queue/queue-index.ts'
export type { Agent } from './queue/routing/agent.ts'
export type { RoutingDefinition, RoutingTrigger, StrategyName } from './queue/routing/definition.ts'
export type { Obstacle, RoutingFacts } from './queue/routing/obstacle.ts'
export type { Proposal } from './queue/routing/route.ts'
export type { ViewDefinition } from './queue/view.ts'

// engine: definition + ticket + command + instant → events

export { type Advanced, advance } from './engine/advance.ts'
export {
  type Asking,
  conditionIndex,
  describeCondition,
  describeOrdering,
  explainMatch,
  explainOrder,
  matches,
  orderBy,
  queueIndex,
} from './engine/ask.ts'
export { renderCanned } from './engine/canned.ts'
export {
  type Command,
  type CommandInput,
  type CommandRequest,
  type CommandType,
  parseCommand,
} from './engine/command.ts'
export { type DecideOptions, type Decision, decide, type Guard } from './engine/decide.ts'
export { compileDefinition, type Definition, type DeskDefinition, defineDesk } from './engine/definition.ts'
export { type Erasure, type ErasureOptions, erasureOf } from './engine/erase.ts'
export { upcastEvent } from './engine/event.ts'
export { evolve, rebuild } from './engine/evolve.ts'
export { type ExplainOptions, explainClock } from './engine/explain.ts'
export { definitionJsonSchema } from './engine/json-schema.ts'
export {
  type RequesterMessage,
  type RequesterState,
  type RequesterTicket,
  requesterMessages,
  requesterTicket,
  tagsOf,
} from './engine/requester-view.ts'
export { routeTicket } from './engine/route.ts'
export { type SlaStateOptions, slaState } from './engine/sla-state.ts'
export type { Definitions } from './engine/timeline.ts'
export type {
  ConditionNames,
  EventCondition,
  SlaRuleCondition,
  StoredCondition,
  TimeCondition,
} from './engine/typed-condition.ts'

// desk: load, decide, save, retry

export type { ActorDesk } from './desk/actor-desk.ts'
export type { AdviceAsk, Advisor } from './desk/advisor.ts'
export type { Delivery, DeliveryOptions, DeliveryRun } from './desk/deliver.ts'
export { createDesk, type Desk } from './desk/desk.ts'
export type { Directory } from './desk/directory.ts'
export type { DryRun } from './desk/dry-run.ts'
export type { DueRun } from './desk/due.ts'
export type { ErasureRun } from './desk/erase.ts'
export type { ImportOptions, ImportProgress } from './desk/import.ts'
export type { ManyOptions, ManyOutcome, ManyProgress, ManyTickets, TicketReceipt } from './desk/many.ts'
export type { ClockStanding, MovedClock } from './desk/moved-clock.ts'
export type { NextReason, NextTicket } from './desk/next.ts'
export type { CommandOptions, DeskOptions, Outcome } from './desk/options.ts'
export type { Portal, PortalPage } from './desk/portal.ts'
export type { PresenceOf } from './desk/presence.ts'
export type { Allowed, Page, PageAsk } from './desk/read.ts'
export type { ReapplyOptions, ReapplyProgress, ReapplyRun } from './desk/reapply.ts'
export type { RoutingRun } from './desk/run-routing.ts'
export type { Segment, SegmentCount, SegmentField } from './desk/segment.ts'

// stores: places to keep tickets

export type {
  BuriedEffect,
  Commit,
  CommitOutcome,
  Doing,
  Lease,
  LeaseKey,
  Loaded,
  PendingEffect,
  Presence,
  Query,
  Receipt,
  Store,
  Tally,
  TallyQuery,
  TallyValue,
  TicketChange,
  TicketRow,
  Waiting,
} from './store.ts'
export { memoryStore } from './stores/memory.ts'
