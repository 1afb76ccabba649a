import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service of strangers on loopback: it answers each path with what was put there. */
export class Target {
  readonly answers = new Map<string, { status?: number; reason?: string; headers?: Record<string, string>; body: string; /** It is not answered before. */ until?: Promise<void> }>()
  /** Paths that were asked, in their order. */
  readonly asked: string[] = []
  /** When each was asked, in milliseconds. */
  readonly times: number[] = []
  private readonly server: HttpServer = createServer((request, response) => {
    request.resume()
    const path = request.url ?? '/'
    this.asked.push(path)
    this.times.push(Date.now())
    const answer = this.answers.get(path) ?? { status: 404, body: '' }
    void Promise.resolve(answer.until).then(() => {
      response.writeHead(answer.status ?? 200, answer.reason ?? 'OK', { 'Content-Type': 'text/html; charset=utf-8', ...answer.headers })
      response.end(answer.body)
    })
  })

  static async open(): Promise<Target> {
    const target = new Target()
    target.server.listen(0, '127.0.0.1')
    await once(target.server, 'listening')
    return target
  }

  get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }
}
