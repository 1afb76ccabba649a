// Operations that the server's description does not have yet, typed by hand. Each goes when `npm run types` brings it.
import type { components } from './schema'
import type { Both } from '@/i18n'

type S = components['schemas']
type Part<In, K extends string> = In extends { [k in K]: infer V } ? V : undefined
type Answer<Result> = { responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': Result } } } }
type Body<In> = In extends { body: infer B } ? { requestBody: { content: { 'application/json': B } } } : { requestBody?: never }

/** An operation on one thing, whose name stands in the path. */
type Op<Result, In extends { query?: object; path?: object; header?: object; body?: unknown } = object> = Answer<Result> &
  Body<In> & { parameters: { query?: Part<In, 'query'>; path: Part<In, 'path'>; header?: Part<In, 'header'>; cookie?: never } }
/** An operation on all things of a kind. */
type Bare<Result, In extends { query?: object; header?: object; body?: unknown } = object> = Answer<Result> &
  Body<In> & { parameters: { query?: Part<In, 'query'>; header?: Part<In, 'header'>; path?: never; cookie?: never } }
type Name = { name: string }

export interface User {
  login: string
  email: string
  language: 'ru' | 'en' | ''
  theme: 'system' | 'light' | 'dark'
}

export interface Session {
  setup_needed: boolean
  user: User | null
  version: string
  plain_http: boolean
  untrusted_proxy: string
  notices: { mail: boolean }
  public_url: string
}

export interface Last24h {
  buckets: { at: string; done: number; failed: number }[]
  total: number
  paused: number
  held: number
  last_at?: string
}

export type Scenario = S['Scenario'] & { has_draft?: boolean; updated_by?: string; last_24h?: Last24h }

export interface SourceAddress {
  url: string
  created_at: string
  last_used_at?: string
}
export type Source = S['Source'] & { last_event_at?: string; events_24h?: number; addresses?: SourceAddress[] }

export interface PresetField {
  path: string
  title?: Both
  type: string
  example?: unknown
}
export interface Preset {
  id: string
  title: Both
  help: Both
  methods: string[]
  fields: PresetField[]
  sample?: { method: string; headers?: { name: string; value: string }[] | Record<string, string>; query?: string; body?: unknown }
  reply?: { status: number; text?: string }
  verify?: string
}

export interface Draft {
  document: Record<string, unknown>
  etag: string
  based_on?: number
  has_changes: boolean
  updated_at?: string
  updated_by?: string
  problems: S['Problem'][]
}

export interface Change {
  step: string
  title: string
  field: string
  change: 'added' | 'removed' | 'changed' | 'moved'
  before?: unknown
  after?: unknown
}

export interface KindField {
  path: string
  control: string
  tab: string
  title: Both
  help?: Both
  choices?: { value: string; title: Both; help?: Both }[]
  default?: unknown
  required?: boolean
  placeholder?: string
  min?: number
  max?: number
  unit?: string
}
export interface Kind {
  kind: string
  title: Both
  help: Both
  synonyms: string[]
  fields: KindField[]
  template: Record<string, unknown>
}

export interface Mail {
  host: string
  port: number
  security: 'starttls' | 'tls' | 'none'
  username?: string
  password?: { secret: string }
  from: string
  to: string[]
}

export interface Notice {
  id: string
  at: string
  kind: 'first_failure' | 'bad_end' | 'recovered' | 'rejected_signatures' | 'test'
  cause: string
  host?: string
  scenario?: string
  runs: number
  state: 'pending' | 'sent' | 'failed'
  tries: number
  last_error?: string
  sent_at?: string
  recovered_at?: string
}

export interface Explain {
  what: string
  meaning: string
  todo: string
}
export type RunSummary = S['RunSummary'] & { data?: { name: string; value: string }[] | null }
export type Attempt = S['Attempt'] & { explain?: { ru: Explain; en: Explain } }
export type RunStep = Omit<S['Step'], 'attempts'> & { attempts: Attempt[] }
export type Run = Omit<S['Run'], 'steps' | 'data'> & { steps: RunStep[]; next_tries?: string[] | null; data?: RunSummary['data'] }
export type Lane = S['Lane']
export type Stats = S['Stats'] & { waiting_for_you?: number }

export interface Variable {
  group: 'source' | 'step' | 'vars' | 'system' | 'secret'
  step?: string
  step_title?: string
  path: string
  short: string
  label: string
  type: 'text' | 'number' | 'yes-no' | 'list' | 'object' | 'nothing' | 'binary'
  value: string
  empty: boolean
  secret: boolean
  reserved?: boolean
  usual?: boolean
}

export interface Sample {
  method: string
  headers?: Record<string, string>
  query?: string
  body?: unknown
}

export interface Preview {
  values: {
    pointer: string
    text: string
    type: string
    empty: boolean
    missing: { path: string; suggestion?: string }[]
    error?: string
  }[]
  request?: {
    method: string
    url: string
    headers: { name: string; value: string; automatic: boolean; reason?: Both }[]
    body: string
    encoding?: string
    size: number
    notices: { code: string; detail: string }[]
  }
  curl: string
  scope: Variable[]
}

/** A line of the stream of POST /check. */
export type CheckLine =
  | { type: 'started'; run_id: string; steps: string[] }
  | {
      type: 'step'
      path: string
      state: 'running' | 'done' | 'skipped' | 'failed' | 'shown'
      attempt?: Attempt
      value?: unknown
      request?: Preview['request']
      explain?: { ru: Explain; en: Explain }
      variables?: Variable[]
    }
  | { type: 'finished'; state: string; duration_ms: number }

type Listed<T> = { items: T[]; next?: string }
type IfMatch = { 'If-Match': string }

export interface ContractPaths {
  '/api/v1/session': {
    get: Bare<Session>
    post: Bare<Session, { body: { login: string; password: string } }>
    delete: Bare<undefined>
  }
  '/api/v1/sessions': { delete: Bare<undefined> }
  '/api/v1/setup': { post: Bare<Session, { body: { code: string; login: string; password: string; language: string } }> }
  '/api/v1/me': {
    patch: Bare<User, { body: Partial<User> & { password?: string; current_password?: string } }>
  }
  '/api/v1/scenarios': {
    get: Bare<Listed<Scenario>, { query: { stats?: boolean; limit?: number; cursor?: string } }>
    post: Bare<Scenario, { body: { title: string; from?: string; document?: object } }>
  }
  '/api/v1/scenarios/{name}': {
    get: Op<Scenario, { path: Name }>
    delete: Op<undefined, { path: Name }>
  }
  '/api/v1/scenarios/{name}/draft': {
    get: Op<Draft, { path: Name }>
    put: Op<Draft, { path: Name; header: IfMatch; body: { document: object } }>
    delete: Op<undefined, { path: Name; header: IfMatch }>
  }
  '/api/v1/scenarios/{name}/publish': {
    post: Op<Scenario, { path: Name; header: IfMatch; body: { start: boolean; release_held: boolean; note?: string } }>
  }
  '/api/v1/scenarios/{name}/changes': {
    get: Op<{ from: string | number; to: string | number; changes: Change[]; diff: string }, { path: Name; query: { from?: string; to?: string } }>
  }
  '/api/v1/scenarios/{name}/rollback': { post: Op<Draft, { path: Name; body: { version: number } }> }
  '/api/v1/sources': {
    get: Bare<Listed<Source>, { query: { limit?: number; cursor?: string } }>
    post: Bare<Source, { body: { title: string; preset: string; document?: object } }>
  }
  '/api/v1/sources/{name}': {
    get: Op<Source, { path: Name }>
    put: Op<Source, { path: Name; header: IfMatch; body: { document: object } }>
    delete: Op<undefined, { path: Name }>
  }
  '/api/v1/sources/{name}/addresses': { post: Op<Source, { path: Name }> }
  '/api/v1/sources/{name}/addresses/{n}': { delete: Op<Source, { path: { name: string; n: number } }> }
  '/api/v1/presets': { get: Bare<Listed<Preset>> }
  '/api/v1/kinds': { get: Bare<Listed<Kind>> }
  '/api/v1/preview': {
    post: Bare<Preview, { body: { document: object; step: string; event?: string; sample?: Sample } }>
  }
  '/api/v1/curl': {
    post: Bare<
      { step: Record<string, unknown>; warnings: { flag: string; detail: string }[]; secrets: { where: string; header: string }[] },
      { body: { text: string } }
    >
  }
  '/api/v1/runs': {
    get: Bare<
      Listed<RunSummary>,
      {
        query: {
          state?: string[]
          scenario?: string
          source?: string
          event?: string
          value?: string
          since?: string
          until?: string
          mark?: string
          limit?: number
          cursor?: string
        }
      }
    >
  }
  '/api/v1/runs/{id}': { get: Op<Run, { path: { id: string } }> }
  '/api/v1/runs/{id}/attempts/{n}/curl': { get: Op<string, { path: { id: string; n: number } }> }
  '/api/v1/stats': { get: Bare<Stats> }
  '/api/v1/mail/test': { post: Bare<{ accepted: boolean; host: string; at: string; said: string }, { body: { mail?: Mail; password?: string } }> }
  '/api/v1/notices': { get: Bare<Listed<Notice>, { query: { limit?: number; cursor?: string } }> }
}
