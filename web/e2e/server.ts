import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** The binary under test, with the interface inside. */
export const binary = resolve(import.meta.dirname, '../../bin/gonets')

/** A real server on loopback with a data folder of its own. */
export class Server {
  /** Its address, without a slash at the end. */
  base = ''
  /** What it has printed so far. */
  output = ''
  private process?: ChildProcess

  /** Where it listens; the first start chooses one that nobody has, and a server that was killed comes back to it. */
  port = 0

  private constructor(
    readonly data: string,
    private readonly flags: string[],
  ) {}

  /** Makes a folder and starts a server in it; flags go to `gonets serve`. */
  static async start(...flags: string[]): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), 'gonets-e2e-'))
    const s = new Server(data, flags)
    await s.up()
    return s
  }

  /** Starts the process (again) and waits for the line with its address. */
  async up(): Promise<void> {
    this.output = ''
    const listen = `${this.flags.includes('--everywhere') ? '' : '127.0.0.1'}:${this.port}`
    const flags = this.flags.filter((flag) => flag !== '--everywhere')
    const child = spawn(binary, ['serve', '--ballast', '0', '--data', this.data, '--listen', listen, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process = child
    await new Promise<void>((ready, failed) => {
      const read = (part: Buffer) => {
        this.output += part.toString()
        if (/http:\/\/\S+\/(setup#code=\S+)?\s/.test(this.output)) ready()
      }
      child.stdout!.on('data', read)
      child.stderr!.on('data', read)
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${this.output}`)))
      child.once('error', failed)
    })
    this.port = Number(/http:\/\/\S+:(\d+)\//.exec(this.output)![1])
    this.base = `http://127.0.0.1:${this.port}`
  }

  /** The link of the start line; holds the one-time code while there is no owner. */
  get link(): string {
    const link = this.output.match(/http:\/\/\S+\/setup#code=\S+/)?.[0]
    if (!link) throw new Error(`no set-up link in:\n${this.output}`)
    return link
  }

  get code(): string {
    return this.link.replace(/.*#code=/, '')
  }

  /** Asks the API with the owner's token; an answer that is an error fails. */
  async api<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const token = (await readFile(join(this.data, 'owner.token'), 'utf8')).trim()
    const answer = await fetch(this.base + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text && (answer.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : text) as T
  }

  /** Runs the command line against this server; what stands in `input` is its standard input. */
  async cli(args: string[], input = ''): Promise<string> {
    const run = promisify(execFile)(binary, [...args, '--data', this.data])
    run.child.stdin?.end(input)
    return (await run).stdout
  }

  /** Ends the process at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** Ends the process and removes its folder. */
  async end(): Promise<void> {
    await this.kill()
    await rm(this.data, { recursive: true, force: true })
  }
}
