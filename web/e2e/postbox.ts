import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export interface Letter {
  to: string[]
  subject: string
  text: string
}

/** A mail server on loopback that takes every letter. */
export class Postbox {
  readonly letters: Letter[] = []
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map((one) => one.address)
        PostalMime.parse(Buffer.concat(parts)).then(
          ({ subject = '', text = '' }) => {
            this.letters.push({ to, subject, text })
            done()
          },
          (error: Error) => done(error),
        )
      })
    },
  })

  static async open(): Promise<Postbox> {
    const box = new Postbox()
    box.server.listen(0, '127.0.0.1')
    await once(box.server.server, 'listening')
    return box
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.server.close(() => done()))
  }
}
