/**
 * The draft that is being edited: every change is on the screen at once, in the browser at once,
 * and on the server 600 ms after the last one. Nothing that was typed is lost: an unsaved
 * document stays in the browser until the server has it.
 */
import type { Scenario } from './document'
import { normalise } from './document'
import { emptyHistory, loadHistory, record, redo, saveHistory, undo, type History } from './history'
import { parseJson, same, writeJson } from './json'
import { merge, type Merged } from './merge'

export interface Problem {
  pointer: string
  code: string
  message: string
  suggestion?: string
}

/** A draft as the server gives it. */
export interface ServerDraft {
  document: unknown
  etag: string
  based_on?: number
  has_changes: boolean
  updated_at?: string
  updated_by?: string
  problems?: Problem[]
}

export interface Transport {
  load(): Promise<ServerDraft>
  /** keepalive is set when the page is going away. */
  save(document: Scenario, etag: string, keepalive?: boolean): Promise<ServerDraft>
}

/** Somebody else saved meanwhile. */
export class Conflict extends Error {
  constructor(readonly current: ServerDraft) {
    super('conflict')
  }
}

/** The server said no, and saying it again would not help. */
export class Refused extends Error {
  constructor(
    readonly problem: { code: string; detail: string; errors?: Problem[] },
    readonly status: number,
  ) {
    super(problem.detail)
  }
}

export type SaveState =
  | { is: 'saved'; at: number | undefined }
  | { is: 'unsaved' }
  | { is: 'saving' }
  | { is: 'offline'; error?: unknown }
  /** Both sides changed what is disputed. */
  | { is: 'conflict'; theirs: ServerDraft; disputed: string[] }
  | { is: 'refused'; problem: Refused }

export interface DraftState {
  document: Scenario
  save: SaveState
  canUndo: boolean
  canRedo: boolean
  problems: Problem[]
  hasChanges: boolean
  basedOn: number | undefined
  updatedBy: string | undefined
  etag: string
  /** Who else has just changed the draft, and when. */
  other: Other | undefined
  /** Edits made without connection were brought together with somebody else's. */
  mergedWith: string | undefined
}

export interface Other {
  by: string
  at: number
  /** It was so when the page opened: then one's own edits are no news. */
  before: boolean
}

export interface Storage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface Timers {
  now(): number
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

export const browserTimers: Timers = {
  now: () => Date.now(),
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

export const pause = 600
const firstRetry = 1000
const lastRetry = 30_000

interface Kept {
  base: unknown
  etag: string
  document: unknown
}

export interface DraftOptions {
  name: string
  transport: Transport
  storage: Storage
  timers?: Timers
  /** It is saved when a person says so and not by itself; until then the browser keeps it. */
  byHand?: boolean
}

export class DraftStore {
  private state: DraftState | undefined
  private history: History = emptyHistory
  /** What the server had when it last answered. */
  private base: Scenario = { name: '', steps: [] }
  private readonly listeners = new Set<() => void>()
  private timer: unknown
  private saving = false
  private retry = firstRetry
  private closed = false
  private readonly timers: Timers

  constructor(private readonly options: DraftOptions) {
    this.timers = options.timers ?? browserTimers
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  snapshot = (): DraftState | undefined => this.state

  private key(what: string): string {
    return `gonets.${what}.${this.options.name}`
  }

  private publish(change: Partial<DraftState>): void {
    if (!this.state) return
    this.state = { ...this.state, ...change, canUndo: this.history.past.length > 0, canRedo: this.history.future.length > 0 }
    this.listeners.forEach((listener) => listener())
  }

  /** Reads the draft; what this browser still holds unsaved is put on top of it. */
  async open(): Promise<void> {
    this.closed = false
    const draft = await this.options.transport.load()
    const document = normalise(draft.document)
    this.base = document
    this.history = this.storedHistory(document)
    this.state = {
      document,
      save: { is: 'saved', at: draft.updated_at ? Date.parse(draft.updated_at) : undefined },
      canUndo: false,
      canRedo: false,
      problems: draft.problems ?? [],
      hasChanges: draft.has_changes,
      basedOn: draft.based_on,
      updatedBy: draft.updated_by,
      etag: draft.etag,
      other: otherOf(draft, true),
      mergedWith: undefined,
    }
    const kept = this.kept()
    if (kept && !alike(kept.document, document)) this.takeKept(kept, draft)
    else this.forget()
    this.publish({})
  }

  private takeKept(kept: Kept, draft: ServerDraft): void {
    const mine = normalise(kept.document)
    const theirs = this.base
    this.history = this.storedHistory(mine)
    if (kept.etag === draft.etag || alike(kept.base, theirs)) {
      this.publish({ document: mine, save: { is: 'unsaved' } })
      this.byItself(0)
      return
    }
    const merged = merge(normalise(kept.base), mine, theirs)
    if (merged.conflicts.length > 0) {
      // What stands here began with what the browser kept, not with what the server has now.
      this.base = normalise(kept.base)
      this.publish({ document: mine, etag: kept.etag, save: { is: 'conflict', theirs: draft, disputed: merged.conflicts } })
      return
    }
    this.history = record(this.history, mine, merged.document, '', this.timers.now())
    this.publish({ document: merged.document, save: { is: 'unsaved' }, mergedWith: draft.updated_by ?? '' })
    this.byItself(0)
  }

  /** Changes the document. Changes of one group that follow quickly are one step of undo. */
  edit(change: (document: Scenario) => Scenario, group = ''): void {
    const before = this.state?.document
    if (!before) return
    const after = change(before)
    if (after === before || same(after, before)) return
    this.history = record(this.history, before, after, group, this.timers.now())
    this.changed(after)
  }

  undo(): string | undefined {
    return this.step(undo)
  }

  redo(): string | undefined {
    return this.step(redo)
  }

  private step(way: typeof undo): string | undefined {
    if (!this.state) return undefined
    const done = way(this.history, this.state.document)
    if (!done) return undefined
    this.history = done.history
    this.changed(done.document)
    return done.change.pointer
  }

  private changed(document: Scenario): void {
    const before = this.state?.save
    const save: SaveState = before?.is === 'conflict' ? { ...before, disputed: this.with(before.theirs, document).conflicts } : before?.is === 'offline' ? before : { is: 'unsaved' }
    // What was refused was another document; one that saves itself is judged again at once.
    this.publish({ document, save, ...(this.options.byHand ? { problems: [] } : {}) })
    this.keep()
    if (save.is !== 'conflict') this.byItself(pause)
  }

  /** A document brought together with theirs: mine where both changed the same place. */
  private with(theirs: ServerDraft, mine: Scenario): Merged<Scenario> {
    return merge(this.base, mine, normalise(theirs.document))
  }

  private byItself(ms: number): void {
    if (!this.options.byHand) this.schedule(ms)
  }

  private schedule(ms: number): void {
    this.timers.clear(this.timer)
    if (this.closed) return
    this.timer = this.timers.set(() => void this.saveNow(), ms)
  }

  /** Saves at once what is not saved. True when the server has everything. */
  async saveNow(): Promise<boolean> {
    this.timers.clear(this.timer)
    const state = this.state
    if (!state || state.save.is === 'conflict') return false
    if (this.saving) return this.afterSaving()
    if (same(state.document, this.base)) {
      if (state.save.is !== 'saved') this.publish({ save: { is: 'saved', at: this.timers.now() } })
      this.forget()
      return true
    }
    const sent = state.document
    this.saving = true
    this.publish({ save: { is: 'saving' } })
    try {
      const saved = await this.send(sent, state.etag)
      this.saving = false
      this.retry = firstRetry
      this.accept(sent, saved)
      return this.state?.document === sent
    } catch (error) {
      this.saving = false
      this.failed(error, sent)
      return false
    } finally {
      this.waiting.splice(0).forEach((wake) => wake())
    }
  }

  private readonly waiting: (() => void)[] = []

  private async afterSaving(): Promise<boolean> {
    await new Promise<void>((wake) => this.waiting.push(wake))
    return this.saveNow()
  }

  /** Fingerprints of what was sent and may be kept on the server without this page having heard so. */
  private unanswered: string[] = []

  private send(document: Scenario, etag: string, keepalive?: boolean): Promise<ServerDraft> {
    this.unanswered.push(fingerprint(document))
    return this.options.transport.save(document, etag, keepalive)
  }

  private accept(sent: Scenario, saved: ServerDraft): void {
    this.base = sent
    this.unanswered = []
    const same = this.state?.document === sent
    this.publish({
      save: same ? { is: 'saved', at: this.timers.now() } : { is: 'unsaved' },
      etag: saved.etag,
      problems: saved.problems ?? [],
      hasChanges: saved.has_changes,
      basedOn: saved.based_on,
      updatedBy: saved.updated_by,
    })
    if (same) this.forget()
    else {
      this.keep()
      this.byItself(pause)
    }
  }

  private failed(error: unknown, sent: Scenario): void {
    if (error instanceof Conflict) {
      this.conflict(error.current, sent)
      return
    }
    if (error instanceof Refused) {
      this.publish({ save: { is: 'refused', problem: error }, problems: error.problem.errors ?? this.state?.problems ?? [] })
      return
    }
    this.publish({ save: { is: 'offline', error } })
    this.byItself(this.retry)
    this.retry = Math.min(this.retry * 2, lastRetry)
  }

  private conflict(current: ServerDraft, sent: Scenario): void {
    const state = this.state
    if (!state) return
    const theirs = normalise(current.document)
    // An answer that was lost on its way: the server has what I sent.
    if (alike(theirs, state.document)) {
      this.accept(state.document, current)
      return
    }
    if (alike(theirs, this.base) || this.unanswered.includes(fingerprint(theirs))) {
      // What stands there was sent from here, though its answer has not come: no stranger's edit.
      this.base = theirs
      this.unanswered = []
      this.publish({ etag: current.etag, save: { is: 'unsaved' } })
      // Saved was asked for what was sent, and not for what was typed since.
      if (state.document === sent) this.schedule(0)
      else this.byItself(0)
      return
    }
    this.publish({ other: otherOf(current), save: { is: 'conflict', theirs: current, disputed: this.with(current, state.document).conflicts } })
  }

  /** Ends a conflict: with my document, with theirs, or with both brought together. Undo takes it back. */
  resolve(choice: 'mine' | 'theirs' | 'both'): void {
    const save = this.state?.save
    if (!this.state || save?.is !== 'conflict') return
    const theirs = normalise(save.theirs.document)
    const before = this.state.document
    const after = choice === 'mine' ? before : choice === 'both' ? this.with(save.theirs, before).document : theirs
    this.base = theirs
    if (after !== before) this.history = record(this.history, before, after, '', this.timers.now())
    this.publish({ document: after, etag: save.theirs.etag, save: { is: 'unsaved' } })
    this.keep()
    this.schedule(0)
  }

  /** Takes what the server has instead of what was not saved. Undo takes it back. */
  discard(): void {
    if (this.state?.save.is === 'conflict') return this.resolve('theirs')
    this.edit(() => this.base)
    void this.saveNow()
  }

  /** What it was of was deleted: nothing of it comes back in one of the same name. */
  drop(): void {
    this.timers.clear(this.timer)
    this.history = emptyHistory
    this.publish({ document: this.base, save: { is: 'saved', at: undefined } })
    this.options.storage.removeItem(this.key('draft'))
    this.options.storage.removeItem(this.key('undo'))
  }

  /** Somebody changed the draft: take theirs when nothing here is unsaved. */
  async refresh(): Promise<void> {
    if (!this.state || this.state.save.is !== 'saved' || this.saving) return
    const asked = this.state.etag
    const draft = await this.options.transport.load()
    const state: DraftState = this.state
    if (state.save.is !== 'saved' || this.saving) return
    // The same text means something else once a saved request of it is another one.
    if (draft.etag === state.etag) return this.publish({ problems: draft.problems ?? [], hasChanges: draft.has_changes })
    // Saved from here since the question: the answer may be older than what stands here.
    if (state.etag !== asked) return this.refresh()
    const document = normalise(draft.document)
    // A version that was published has its members in an order of its own: that is nobody's edit.
    const changed = !alike(document, state.document)
    if (changed) this.history = record(this.history, state.document, document, '', this.timers.now())
    this.base = document
    this.publish({
      document: same(document, state.document) ? state.document : document,
      ...(changed && this.owning === 0 ? { other: otherOf(draft) } : {}),
      etag: draft.etag,
      problems: draft.problems ?? [],
      hasChanges: draft.has_changes,
      basedOn: draft.based_on,
      updatedBy: draft.updated_by,
    })
    this.storeHistory()
  }

  private owning = 0

  /** Work of this page that changes the draft on the server beside the store: not somebody else's. */
  async own<T>(work: () => Promise<T>): Promise<T> {
    this.owning++
    try {
      const done = await work()
      // It is done, whether or not its outcome can be read at once: the next hint or save reads it.
      await this.refresh().catch(() => undefined)
      return done
    } finally {
      this.owning--
    }
  }

  /** Called when the connection is back: does not wait for the next try. */
  online(): void {
    if (this.state?.save.is === 'offline') this.byItself(0)
  }

  /** The page goes away: the browser keeps what is unsaved, and the server is tried once more. */
  flush(): void {
    const state = this.state
    if (!state || same(state.document, this.base) || state.save.is === 'conflict') return
    this.keep()
    if (this.options.byHand) return
    void this.send(state.document, state.etag, true).then(
      (saved) => this.accept(state.document, saved),
      () => undefined,
    )
  }

  close(): void {
    if (this.state && !this.saving) this.flush()
    this.closed = true
    this.timers.clear(this.timer)
  }

  private kept(): Kept | undefined {
    const text = this.options.storage.getItem(this.key('draft'))
    if (text === null) return undefined
    try {
      return parseJson(text) as unknown as Kept
    } catch {
      return undefined
    }
  }

  private keep(): void {
    if (!this.state) return
    const kept: Kept = { base: this.base, etag: this.state.etag, document: this.state.document }
    try {
      this.options.storage.setItem(this.key('draft'), writeJson(kept))
    } catch {
      // The browser's storage is full: the server is still tried.
    }
    this.storeHistory()
  }

  private forget(): void {
    this.options.storage.removeItem(this.key('draft'))
    this.storeHistory()
  }

  private storeHistory(): void {
    if (!this.state) return
    try {
      const text = writeJson({ of: fingerprint(this.state.document), history: saveHistory(this.history) })
      this.options.storage.setItem(this.key('undo'), text)
    } catch {
      this.options.storage.removeItem(this.key('undo'))
    }
  }

  /** The stored history, when it ends with this very document. */
  private storedHistory(document: Scenario): History {
    const text = this.options.storage.getItem(this.key('undo'))
    if (text === null) return emptyHistory
    try {
      const stored = parseJson(text) as { of?: string; history?: string }
      return stored.of === fingerprint(document) ? loadHistory(stored.history ?? null) : emptyHistory
    } catch {
      return emptyHistory
    }
  }
}

const otherOf = (draft: ServerDraft, before = false): Other | undefined => (draft.updated_by && draft.updated_at ? { by: draft.updated_by, at: Date.parse(draft.updated_at), before } : undefined)

/** Whether two documents say the same, whatever the order of their members. */
function alike(a: unknown, b: unknown): boolean {
  return fingerprint(a) === fingerprint(b)
}

/** Tells documents apart (FNV-1a over the text). The order of members counts for nothing. */
export function fingerprint(document: unknown): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null || value instanceof Map || value.constructor !== Object) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, sorted(v)]),
    )
  }
  const text = writeJson(sorted(document))
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16) + '-' + text.length.toString(16)
}
