import type { Server } from './server'

interface Received {
  at: string
  method: string
  headers: Record<string, string>
  body: unknown
}

/** One address of the built-in test receiver, and what came there. */
export class Receiver {
  constructor(
    private readonly server: Server,
    readonly name: string,
  ) {}

  /** How the next requests are answered; the last answer stays. */
  async answers(script: string): Promise<void> {
    await this.server.api('PUT', `/echo/${this.name}/_script`, script)
  }

  /** It answers everything with 200 again. */
  async isWell(): Promise<void> {
    await this.server.api('DELETE', `/echo/${this.name}/_script`)
  }

  /** What came, oldest first. */
  async requests(): Promise<Received[]> {
    const { items } = await this.server.api<{ items: Received[] }>('GET', `/echo/${this.name}/_requests`)
    return items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  }

  /** Milliseconds between one request and the one before. */
  async pauses(): Promise<number[]> {
    const times = (await this.requests()).map((one) => Date.parse(one.at))
    return times.slice(1).map((at, i) => at - times[i]!)
  }
}
