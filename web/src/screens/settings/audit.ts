import { runsOf } from '@/screens/bulk'
import { actionWord } from '@/screens/bulk/words'
import type { AuditEntry } from '@/api'
import type { Key, Translate } from '@/i18n'

/** What each action of the audit is called; the kind of thing that it was done to stands beside it. */
const deeds = new Map<string, Key>([
  ['session.begin', 'audit.session.begin'],
  ['session.end_all', 'audit.session.end_all'],
  ['user.create', 'audit.user.create'],
  ['user.change', 'audit.user.change'],
  ['user.password', 'audit.user.password'],
  ['create', 'audit.create'],
  ['save', 'audit.save'],
  ['delete', 'audit.delete'],
  ['publish', 'audit.publish'],
  ['apply', 'audit.apply'],
  ['start', 'audit.start'],
  ['stop', 'audit.stop'],
  ['draft.drop', 'audit.draft.drop'],
  ['address.add', 'audit.address.add'],
  ['address.retire', 'audit.address.retire'],
  ['accept', 'audit.accept'],
  ['secret.set', 'audit.secret.set'],
  ['secret.end', 'audit.secret.end'],
  ['secret.delete', 'audit.secret.delete'],
  ['resume', 'audit.resume'],
  ['send-now', 'audit.send-now'],
  ['cancel', 'audit.cancel'],
  ['cancel-retries', 'audit.cancel-retries'],
  ['retry-policy', 'audit.retry-policy'],
  ['skip', 'audit.skip'],
  ['rerun', 'audit.rerun'],
  ['bulk pause', 'audit.bulk.pause'],
  ['bulk go-on', 'audit.bulk.go-on'],
  ['bulk stop', 'audit.bulk.stop'],
  ['lane.pause', 'audit.lane.pause'],
  ['lane.resume', 'audit.lane.resume'],
  ['lane.try', 'audit.lane.try'],
  ['lane.drain', 'audit.lane.drain'],
  ['erasure.look', 'audit.erasure.look'],
  ['erasure.erasing', 'audit.erasure.erasing'],
  ['erasure.dropped', 'audit.erasure.dropped'],
  ['erasure.finished', 'audit.erasure.finished'],
  ['echo.script', 'audit.echo.script'],
  ['echo.forget', 'audit.echo.forget'],
  ['clock.jump', 'audit.clock.jump'],
])

/** What may be done to many runs at once. */
const massive = ['resume', 'send-now', 'rerun', 'cancel', 'cancel-retries', 'retry-policy']

/** All actions that there are words for. */
export const actions = [...deeds.keys(), ...massive.map((one) => `bulk ${one}`)]

/** An action in words; one that is not known is shown as it is. */
export function deedWords(action: string, t: Translate): string {
  const key = deeds.get(action)
  if (key) return t(key)
  const many = /^bulk (.+)$/.exec(action)?.[1]
  return many && massive.includes(many) ? t('audit.bulk', { action: actionWord(many, t) }) : action
}

export interface Thing {
  label: string
  /** The page that shows it. */
  link?: { to: string; params?: Record<string, string>; search?: Record<string, string> }
}

/** What something was done to: a kind and a name, or the service of a queue; title gives the name that people gave a scenario, a source or a saved request. */
export function thingOf({ action, object = '' }: Pick<AuditEntry, 'action' | 'object'>, title: (kind: 'scenario' | 'source' | 'request', name: string) => string, t: Translate): Thing {
  if (action.startsWith('lane.')) return { label: object, link: { to: '/lanes' } }
  const [, kind, name] = /^(\w+)\/(.+)$/.exec(object) ?? []
  switch (kind) {
    case 'Scenario':
      return { label: t('audit.thing', { kind: t('scenario'), name: title('scenario', name!) }), link: { to: '/scenarios/$name', params: { name: name! } } }
    case 'Source':
      return { label: t('audit.thing', { kind: t('source'), name: title('source', name!) }), link: { to: '/sources/$name', params: { name: name! } } }
    case 'Request':
      return { label: t('audit.thing', { kind: t('savedRequest'), name: title('request', name!) }), link: { to: '/requests/$name', params: { name: name! } } }
    case 'Settings':
      return { label: t('nav.settings'), link: { to: '/settings/general' } }
    case 'Secret':
      return { label: t('audit.thing', { kind: t('audit.secret'), name: name! }), link: { to: '/settings/secrets' } }
    case 'User':
      return { label: t('audit.thing', { kind: t('settings.account'), name: name! }), link: { to: '/settings/account' } }
    case 'Echo':
      return { label: t('audit.thing', { kind: t('echo'), name: name! }), link: { to: '/receiver', search: { address: name! } } }
    case 'run':
      return { label: t('audit.run', { id: name! }), link: { to: '/runs/$id', params: { id: name! } } }
    case 'bulk':
      return { label: t('audit.itsRuns'), link: { to: '/runs', search: { q: runsOf(name!) } } }
    case 'erasure':
      return { label: t('audit.erasure', { id: name! }), link: { to: '/settings/retention' } }
  }
  if (object === 'server') return { label: t('audit.server') }
  if (object === 'database') return { label: t('audit.database') }
  return { label: object }
}
