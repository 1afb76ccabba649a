import type { Channel } from './useSettings'

/** The name of the secret that a channel works with when it is made here. */
export const secretOf = (channel: Channel) => (channel.kind === 'webhook' ? channel.key?.secret : channel.token?.secret)

const secretFor = (name: string) => `notices-${name}`

/** A new channel, under a name that none has and with a secret that nothing works with: a renamed channel keeps its own. */
export function newChannel(kind: Channel['kind'], channels: readonly Channel[], secrets: readonly string[]): Channel {
  const names = channels.map((one) => one.name)
  const taken = [...secrets, ...channels.map(secretOf)]
  let name: string = kind
  for (let n = 2; names.includes(name) || taken.includes(secretFor(name)); n++) name = `${kind}-${n}`
  const secret = { secret: secretFor(name) }
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

/** Whether every mistake of an answer is told at a field of its channel. */
export function allTold(pointers: readonly string[], channels: readonly Channel[]): boolean {
  const fields = channels.flatMap((one, i) => ['name', ...(one.kind === 'webhook' ? ['url', 'key'] : ['chat', 'token'])].map((member) => `/notices/channels/${i}/${member}`))
  return pointers.length > 0 && pointers.every((one) => fields.includes(one))
}
