import type { Channel } from './useSettings'

/** The name of the secret that a channel works with when it is made here. */
export const secretOf = (channel: Channel) => (channel.kind === 'webhook' ? channel.key?.secret : channel.token?.secret)

/** A new channel, under a name that none has. */
export function newChannel(kind: Channel['kind'], taken: readonly string[]): Channel {
  let name: string = kind
  for (let n = 2; taken.includes(name) || name === 'mail'; n++) name = `${kind}-${n}`
  const secret = { secret: `notices-${name}` }
  return kind === 'webhook' ? { name, kind, url: '', key: secret } : { name, kind, token: secret, chat: '' }
}

/** A key that signs, as Standard Webhooks writes it: 32 random bytes. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `whsec_${btoa(String.fromCharCode(...bytes))}`
}

/** A channel can be saved when nothing of it is missing. */
export function filled(channel: Channel, secret: string | undefined, hasSecret: boolean): boolean {
  const proved = hasSecret || Boolean(secret?.trim())
  return proved && channel.name.trim() !== '' && Boolean(channel.kind === 'webhook' ? channel.url?.trim() : channel.chat?.trim())
}
