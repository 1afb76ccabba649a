import { beforeEach, describe, expect, it } from 'vitest'
import { Conflict, DraftStore, Refused, type ServerDraft, type Storage, type Timers } from './draft'
import type { Scenario } from './document'

/** A server that keeps one draft, can be cut off, and can be changed by somebody else. */
class Server {
  document: Scenario = { name: 'n', title: 'T', steps: [{ id: 'a', stop: {} }, { id: 'b', stop: {} }] }
  version = 1
  saves = 0
  down = false
  loseAnswer = false
  refuse = false

  draft(): ServerDraft {
    return { document: structuredClone(this.document), etag: `v${this.version}`, has_changes: true, updated_by: 'anna', updated_at: '2026-11-22T12:00:00Z' }
  }
  load = (): Promise<ServerDraft> => (this.down ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(this.draft()))
  save = (document: Scenario, etag: string): Promise<ServerDraft> => {
    if (this.down) return Promise.reject(new TypeError('fetch failed'))
    if (this.refuse) return Promise.reject(new Refused({ code: 'document.invalid', detail: 'no' }, 422))
    if (etag !== `v${this.version}`) return Promise.reject(new Conflict(this.draft()))
    this.saves++
    this.other(document)
    return this.loseAnswer ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(this.draft())
  }
  other(document: Scenario): void {
    this.document = structuredClone(document)
    this.version++
  }
}

class Clock implements Timers {
  time = 0
  private jobs: { at: number; run: () => void }[] = []
  now = (): number => this.time
  set = (run: () => void, ms: number): unknown => {
    const job = { at: this.time + ms, run }
    this.jobs.push(job)
    return job
  }
  clear = (timer: unknown): void => {
    this.jobs = this.jobs.filter((job) => job !== timer)
  }
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      const due = this.jobs.filter((job) => job.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.time = due.at
      this.clear(due)
      due.run()
      await settle()
    }
    this.time = end
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

class Memory implements Storage {
  items = new Map<string, string>()
  getItem = (key: string): string | null => this.items.get(key) ?? null
  setItem = (key: string, value: string): void => void this.items.set(key, value)
  removeItem = (key: string): void => void this.items.delete(key)
}

let server: Server, clock: Clock, storage: Memory
beforeEach(() => {
  server = new Server()
  clock = new Clock()
  storage = new Memory()
})

async function open(byHand = false): Promise<DraftStore> {
  const store = new DraftStore({ name: 'n', transport: server, storage, timers: clock, byHand })
  await store.open()
  return store
}
const title = (text: string) => (d: Scenario): Scenario => ({ ...d, title: text })
const is = (store: DraftStore): string => store.snapshot()?.save.is ?? ''

describe('a draft', () => {
  it('saves itself once, 600 ms after the last key', async () => {
    const store = await open()
    store.edit(title('a'), 'title')
    await clock.pass(400)
    store.edit(title('ab'), 'title')
    await clock.pass(599)
    expect([server.saves, is(store)]).toEqual([0, 'unsaved'])
    await clock.pass(1)
    expect([server.saves, server.document.title, is(store)]).toEqual([1, 'ab', 'saved'])
    expect(storage.getItem('gonets.draft.n')).toBeNull()
  })

  it('keeps what is typed while the server is away, and sends it when it is back', async () => {
    const store = await open()
    server.down = true
    store.edit(title('x'))
    await clock.pass(5000)
    expect(is(store)).toBe('offline')
    store.edit(title('xy'))
    expect(is(store)).toBe('offline')
    server.down = false
    await clock.pass(30_000)
    expect([server.document.title, is(store)]).toEqual(['xy', 'saved'])
  })

  it('is whole after the page was closed without a connection, undo included', async () => {
    const first = await open()
    server.down = true
    first.edit(title('kept'))
    first.close()
    server.down = false
    const second = await open()
    expect(second.snapshot()?.document.title).toBe('kept')
    await clock.pass(0)
    expect(server.document.title).toBe('kept')
    second.undo()
    expect(second.snapshot()?.document.title).toBe('T')
  })

  it('goes together with what somebody else did meanwhile', async () => {
    const first = await open()
    server.down = true
    first.edit(title('mine'))
    first.close()
    server.down = false
    server.other({ ...server.document, steps: server.document.steps.slice(1) })
    const second = await open()
    await clock.pass(0)
    expect([server.document.title, server.document.steps.length, is(second)]).toEqual(['mine', 1, 'saved'])
    expect(second.snapshot()?.mergedWith).toBe('anna')
  })

  it('asks when both changed the same', async () => {
    const store = await open()
    server.other({ ...server.document, title: 'theirs' })
    store.edit(title('mine'))
    await clock.pass(600)
    const save = store.snapshot()?.save
    expect(save).toMatchObject({ is: 'conflict', disputed: ['/title'] })
    store.edit(title('mine 2'))
    await clock.pass(60_000)
    expect([server.document.title, is(store)]).toEqual(['theirs', 'conflict'])
    store.resolve('theirs')
    await clock.pass(600)
    expect([store.snapshot()?.document.title, is(store)]).toEqual(['theirs', 'saved'])
    store.undo()
    await clock.pass(600)
    expect(server.document.title).toBe('mine 2')
  })

  it('offers both together when they touch different things', async () => {
    const store = await open()
    server.other({ ...server.document, missing: 'error' })
    store.edit(title('mine'))
    await clock.pass(600)
    store.resolve('both')
    await clock.pass(600)
    expect(server.document).toMatchObject({ title: 'mine', missing: 'error' })
  })

  it('brings together what was typed before and after both were found apart', async () => {
    const store = await open()
    server.other({ ...server.document, missing: 'error' })
    store.edit(title('mine'))
    await clock.pass(600)
    expect(store.snapshot()?.save).toMatchObject({ is: 'conflict', disputed: [] })
    store.edit((now) => ({ ...now, title: 'mine 2', missing: 'empty' }))
    expect(store.snapshot()?.save).toMatchObject({ is: 'conflict', disputed: ['/missing'] })
    store.edit((now) => ({ ...now, missing: undefined }) as unknown as Scenario)
    store.resolve('both')
    await clock.pass(600)
    expect(server.document.title).toBe('mine 2')
  })

  it('is what they made of it when it is discarded while both are apart', async () => {
    const store = await open()
    server.other({ ...server.document, title: 'theirs' })
    store.edit(title('mine'))
    await clock.pass(600)
    store.discard()
    await clock.pass(60_000)
    expect([store.snapshot()?.document.title, is(store), server.document.title]).toEqual(['theirs', 'saved', 'theirs'])
  })

  it('is still apart from theirs after the page was opened twice', async () => {
    const first = await open()
    server.other({ ...server.document, title: 'theirs', missing: 'error' })
    first.edit(title('mine'))
    await clock.pass(600)
    first.close()
    const second = await open()
    expect(is(second)).toBe('conflict')
    second.edit(title('mine 2'))
    second.close()
    const third = await open()
    await clock.pass(60_000)
    expect([is(third), server.document.title]).toEqual(['conflict', 'theirs'])
    third.resolve('both')
    await clock.pass(600)
    expect(server.document).toMatchObject({ title: 'mine 2', missing: 'error' })
  })

  it('knows its own save when the answer was lost', async () => {
    const store = await open()
    server.loseAnswer = true
    store.edit(title('once'))
    await clock.pass(600)
    expect(is(store)).toBe('offline')
    server.loseAnswer = false
    await clock.pass(2000)
    expect([server.saves, is(store)]).toEqual([1, 'saved'])
  })

  it('says what the server refused and goes on after the next change', async () => {
    const store = await open()
    server.refuse = true
    store.edit(title('bad'))
    await clock.pass(600)
    expect(is(store)).toBe('refused')
    expect(storage.getItem('gonets.draft.n')).not.toBeNull()
    server.refuse = false
    store.edit(title('good'))
    await clock.pass(600)
    expect(is(store)).toBe('saved')
  })

  it('takes what somebody else saved when nothing here is unsaved', async () => {
    const store = await open()
    server.other({ ...server.document, title: 'theirs' })
    await store.refresh()
    expect(store.snapshot()?.document.title).toBe('theirs')
    expect(store.snapshot()?.canUndo).toBe(true)
  })

  it('hears that a saved request of it is another one, though its own text is the same', async () => {
    const store = await open()
    const real = server.draft
    const problems = [{ pointer: '/steps/0/with', code: 'missing', message: 'text' }]
    server.draft = () => ({ ...real.call(server), has_changes: false, problems })
    await store.refresh()
    expect([store.snapshot()?.hasChanges, store.snapshot()?.problems, store.snapshot()?.canUndo, is(store)]).toEqual([false, problems, false, 'saved'])
  })

  describe('is nobody else\'s', () => {
    const strangers = (store: DraftStore) => [store.snapshot()?.other?.before, is(store)]
    /** What publishing does: the same document under a new mark, its members in another order. */
    const published = () => server.other({ steps: server.document.steps, title: server.document.title ?? '', name: 'n' })

    it('when it was published from here', async () => {
      const store = await open()
      await store.own(() => Promise.resolve(published()))
      expect([...strangers(store), store.snapshot()?.etag, store.snapshot()?.canUndo]).toEqual([true, 'saved', 'v2', false])
    })

    it('when a hint of the publishing comes before its answer', async () => {
      const store = await open()
      published()
      await store.refresh()
      expect([...strangers(store), store.snapshot()?.canUndo]).toEqual([true, 'saved', false])
    })

    it('when the answer to a question is older than what was saved since', async () => {
      const store = await open()
      store.edit(title('first'))
      await clock.pass(600)
      let answer = (): void => undefined
      const real = server.load
      const old = { ...server.draft(), etag: 'v1.5' }
      server.load = () => new Promise((tell) => (answer = () => tell(old)))
      const asked = store.refresh()
      store.edit(title('mine'))
      await clock.pass(600)
      server.load = real
      answer()
      await asked
      expect([store.snapshot()?.document.title, ...strangers(store)]).toEqual(['mine', true, 'saved'])
    })

    it('when it was typed on after a save whose answer was lost', async () => {
      const store = await open()
      server.loseAnswer = true
      store.edit(title('once'))
      await clock.pass(600)
      server.loseAnswer = false
      store.edit(title('twice'))
      await clock.pass(2000)
      expect([server.document.title, ...strangers(store)]).toEqual(['twice', true, 'saved'])
    })

    it('when the page was put aside while a change was unsaved', async () => {
      const store = await open()
      const real = server.save
      server.save = async (document, etag) => {
        await real(document, etag)
        return new Promise(() => undefined)
      }
      store.edit(title('aside'))
      store.flush()
      await settle()
      server.save = real
      store.edit(title('and back'))
      await clock.pass(2000)
      expect([server.document.title, ...strangers(store)]).toEqual(['and back', true, 'saved'])
    })
  })

  it('waits for a save that is under way before it saves again', async () => {
    const store = await open()
    let release = (): void => undefined
    const real = server.save
    server.save = async (document, etag) => {
      await new Promise<void>((go) => (release = go))
      return real(document, etag)
    }
    store.edit(title('1'))
    const first = store.saveNow()
    store.edit(title('2'))
    const second = store.saveNow()
    release()
    await settle()
    release()
    await settle()
    expect([await first, await second]).toEqual([false, true])
    expect(server.document.title).toBe('2')
  })
})

describe('a document that is saved by hand', () => {
  it('sends nothing by itself after a save that failed', async () => {
    const store = await open(true)
    server.down = true
    store.edit(title('asked for'))
    await store.saveNow()
    expect(store.snapshot()?.save).toMatchObject({ is: 'offline', error: expect.any(TypeError) })
    server.down = false
    store.edit(title('typed on'))
    store.online()
    await clock.pass(60_000)
    expect([server.document.title, is(store)]).toEqual(['T', 'offline'])
    expect(await store.saveNow()).toBe(true)
    expect(server.document.title).toBe('typed on')
  })

  it('sends what was asked for again, and not what was typed since', async () => {
    const store = await open(true)
    server.loseAnswer = true
    store.edit(title('1'))
    await store.saveNow()
    server.loseAnswer = false
    store.edit(title('2'))
    const asked = store.saveNow()
    store.edit(title('3'))
    await asked
    await clock.pass(60_000)
    expect([server.document.title, is(store)]).toEqual(['1', 'unsaved'])
    const again = store.saveNow()
    await again
    expect(server.document.title).toBe('3')
  })

  it('forgets what was refused once it is changed', async () => {
    const store = await open(true)
    server.save = () => Promise.reject(new Refused({ code: 'document.invalid', detail: 'no', errors: [{ pointer: '/params/0/name', code: 'missing', message: 'no' }] }, 422))
    store.edit(title('bad'))
    await store.saveNow()
    expect(store.snapshot()?.problems).toHaveLength(1)
    store.edit(title('good'))
    expect(store.snapshot()?.problems).toEqual([])
  })

  it('leaves nothing behind when it was deleted', async () => {
    const store = await open(true)
    store.edit(title('hidden'))
    await store.saveNow()
    store.edit(title('unsaved'))
    store.drop()
    store.close()
    expect([...storage.items.keys()]).toEqual([])
    const next = await open(true)
    expect([next.undo(), next.snapshot()?.document.title]).toEqual([undefined, 'hidden'])
  })
})
