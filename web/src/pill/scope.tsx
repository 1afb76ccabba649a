import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { pick, timeZone, useT, type Key, type Translate } from '@/i18n'
import type { FieldWords, Scope } from './editor'
import type { Variable } from './variables'

// Fields that nearly every form and service has, in words. Others are shown by their own names.
const fieldNames: Record<string, Key> = {
  name: 'field.name',
  first_name: 'field.name',
  firstname: 'field.name',
  last_name: 'field.lastName',
  lastname: 'field.lastName',
  surname: 'field.lastName',
  phone: 'field.phone',
  email: 'field.email',
  mail: 'field.email',
  comment: 'field.comment',
  message: 'field.message',
  city: 'field.city',
  price: 'field.price',
  sum: 'field.sum',
  amount: 'field.sum',
  quantity: 'field.quantity',
  count: 'field.quantity',
  title: 'field.title',
  date: 'field.date',
  address: 'field.address',
}

// Places that are always there. An event's field may be called status too: only the whole path counts here.
const placeNames: Record<string, Key> = {
  'event.id': 'field.eventId',
  'event.received_at': 'field.receivedAt',
  'event.method': 'field.method',
  'event.path': 'field.path',
  'event.raw': 'field.raw',
  'event.source': 'field.source',
  'run.id': 'field.runId',
  'run.started_at': 'field.runStarted',
  'run.idempotency_key': 'field.runKey',
  'scenario.name': 'field.scenarioName',
  'scenario.title': 'field.scenarioTitle',
  'source.name': 'field.sourceName',
  'source.title': 'field.sourceTitle',
  now: 'field.now',
  today: 'field.today',
  uuid: 'field.uuid',
  public_url: 'field.publicUrl',
  body: 'field.replyBody',
  status: 'field.replyStatus',
  headers: 'field.replyHeaders',
}

const types: Record<string, Key> = {
  text: 'type.text',
  number: 'type.number',
  'yes-no': 'type.yesNo',
  list: 'type.list',
  object: 'type.object',
  nothing: 'type.nothing',
  binary: 'type.binary',
}

const calls: Record<string, Key> = {
  number: 'call.number',
  string: 'call.string',
  phone: 'call.phone',
  lower: 'call.lower',
  upper: 'call.upper',
  trim: 'call.trim',
  json: 'call.json',
  url: 'call.url',
  base64: 'call.base64',
}

const groups = { source: 'group.source', step: 'group.step', params: 'group.params', vars: 'group.vars', system: 'group.system', secret: 'group.secret' } as const

export function fieldWords(t: Translate): FieldWords {
  const word = (table: Record<string, Key>, name: string): string | undefined => {
    const key = Object.hasOwn(table, name) ? table[name] : undefined
    return key && t(key, { zone: timeZone() })
  }
  return {
    group: (group) => t(groups[group]),
    step: (title) => (title ? t('group.stepNamed', { title }) : t('group.step')),
    field: (name) => word(fieldNames, name),
    place: (path) => word(placeNames, path),
    both: (text) => pick(text),
    synonyms: (name) => {
      const key = Object.hasOwn(fieldNames, name) ? fieldNames[name] : undefined
      return key === 'field.phone' ? t('synonym.phone') : key === 'field.name' ? t('synonym.name') : key === 'field.email' ? t('synonym.email') : ''
    },
    unknown: t('pill.unknown'),
    noSecret: t('pill.noSecret'),
    empty: t('pill.empty'),
    secret: t('pill.secret'),
    formula: t('pill.formula'),
    ifEmpty: t('ifEmpty'),
    required: t('pill.required'),
    requiredHelp: t('pill.requiredHelp'),
    strict: t('pill.strict'),
    asIs: t('pill.asIs'),
    treat: t('pill.treat'),
    configure: t('pill.configure'),
    usual: t('source.usual'),
    remove: t('pill.remove'),
    call: (name) => word(calls, name) ?? name,
    type: (name) => word(types, name) ?? name,
    reserved: (name, path) => t(['body', 'status', 'headers'].includes(name) ? 'pill.reserved' : 'pill.reservedOwn', { name, path }),
  }
}

export interface PillScope extends Scope {
  /** Puts a variable's text into the field that had the cursor last. */
  insert?: ((text: string) => void) | undefined
}

const Context = createContext<PillScope | undefined>(undefined)

export function PillScopeProvider({ variables, strict = false, children }: { variables: readonly Variable[] | undefined; strict?: boolean; children: ReactNode }) {
  const t = useT()
  const words = useMemo(() => fieldWords(t), [t])
  // The translate function stays the same when the language changes; its words do not.
  const scope = useMemo(() => ({ variables, strict, words }), [variables, strict, words])
  return <Context.Provider value={scope}>{children}</Context.Provider>
}

export function usePillScope(): PillScope {
  const t = useT()
  const own = useContext(Context)
  return useMemo(() => own ?? { variables: undefined, words: fieldWords(t) }, [own, t])
}
