import { useState } from 'react'
import { shortClock, useT } from '@/i18n'
import { Button, CodeView, Dialog, ErrorNote, Note } from '@/ui'
import { ApiError } from '@/api'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { firstId, walk } from '../model/steps'
import { writeJson } from '../model/json'
import { differences, type Difference } from '../model/differences'
import { shownText } from '../model/body'
import { normalise, type Scenario } from '../model/document'
import type { Json } from '../model/json'
import { fieldName, readable, scenarioField, titleOf } from './describe'

/** What stands in the way of saving: another person's edits, or the server's refusal. */
export function Conflict() {
  const t = useT()
  const { state, store, alone } = useEditor()
  const [compare, setCompare] = useState(false)
  const { save } = state
  if (state.mergedWith !== undefined && save.is === 'saved') return null
  if (save.is === 'refused') {
    const { problem } = save
    return (
      <div className={css.notes}>
        <ErrorNote
          error={new ApiError({ status: problem.status, code: problem.problem.code, detail: problem.problem.detail, problems: problem.problem.errors ?? [] })}
          actions={
            <Button size="small" onClick={() => void store.undo()}>
              {t('editor.undoLast')}
            </Button>
          }
        />
      </div>
    )
  }
  // What saves itself is tried again by itself. A server that answers says why it could not save; who is to log in is asked to.
  const told = save.is === 'offline' && save.error instanceof ApiError && !save.error.offline && save.error.status !== 401
  if (save.is === 'offline' && (alone || told))
    return (
      <div className={css.notes}>
        <ErrorNote error={save.error} onRetry={() => void store.saveNow()} />
      </div>
    )
  if (save.is !== 'conflict') return null
  const { theirs, disputed } = save
  const take = (choice: 'mine' | 'theirs' | 'both') => {
    setCompare(false)
    store.resolve(choice)
  }
  const choices = (
    <>
      <Button kind="main" size="small" onClick={() => take('both')}>
        {disputed.length > 0 ? t('conflict.bothMine') : t('conflict.both')}
      </Button>
      <Button size="small" onClick={() => take('mine')}>
        {t('conflict.mine')}
      </Button>
      <Button size="small" onClick={() => take('theirs')}>
        {t('conflict.theirs')}
      </Button>
    </>
  )
  return (
    <div className={css.notes}>
      <Note
        tone="warn"
        title={t(alone ? 'request.conflict' : 'save.conflict', { user: theirs.updated_by || t('conflict.someone'), time: theirs.updated_at ? shortClock(theirs.updated_at) : '—' })}
        actions={
          <>
            <Button size="small" kind="soft" onClick={() => setCompare(true)}>
              {t('conflict.compare')}
            </Button>
            {choices}
          </>
        }
      >
        {t('conflict.kept')}
      </Note>
      <Dialog open={compare} onClose={() => setCompare(false)} title={t(alone ? 'request.conflictTitle' : 'conflict.title')} size="large" actions={choices}>
        <Differences mine={state.document} theirs={normalise(theirs.document)} />
        <details className={css.details}>
          <summary>{t('conflict.whole')}</summary>
          <div className={css.sideBySide}>
            <section>
              <h3>{t('conflict.mineTitle')}</h3>
              <CodeView text={writeJson(state.document, 2)} label={t('conflict.mineTitle')} />
            </section>
            <section>
              <h3>{t('conflict.theirsTitle')}</h3>
              <CodeView text={writeJson(normalise(theirs.document), 2)} label={t('conflict.theirsTitle')} />
            </section>
          </div>
        </details>
      </Dialog>
    </div>
  )
}

/** Place by place: what stands here, what stands on the server. */
function Differences({ mine, theirs }: { mine: Scenario; theirs: Scenario }) {
  const t = useT()
  const { kinds, alone } = useEditor()
  const found = differences(mine, theirs)
  const name = (id: string): string => {
    const step = [mine, theirs].flatMap((document) => walk(document)).find((placed) => firstId(placed.step) === id)?.step
    return step ? titleOf(step, t, kinds) : id
  }
  const place = (where: unknown): string => {
    const [owner = '', branch] = String(where).split('/')
    return owner === '' ? t('conflict.outside') : `${name(owner)}, ${branch === 'then' ? t('branch.then') : t('branch.else')}`
  }
  const field = (one: Difference): string => (one.field === '/' ? t('conflict.place') : one.field === '/steps' ? t('conflict.order') : one.field === '' ? '' : one.step ? fieldName(one.field, kinds) : scenarioField(one.field, t))
  const shown = (one: Difference, value: unknown): string => {
    if (value === undefined || value === null) return '—'
    if (one.field === '') return t('conflict.has')
    if (one.field === '/') return place(value)
    if (one.field === '/steps') return (value as string[]).map(name).join(' → ')
    return readable(shownText(value as Json), t).slice(0, 500) || '—'
  }
  return (
    <ul className={css.differences}>
      {found.map((one, i) => (
        <li key={i}>
          <div className={css.changeHead}>
            <strong>{one.step ? titleOf(one.step, t, kinds) : t(alone ? 'change.request' : 'change.scenario')}</strong>
            <span className={css.muted}>{field(one)}</span>
          </div>
          <div className={css.bothSides}>
            <div>
              <span className={css.muted}>{t('conflict.mineTitle')}</span>
              <code>{shown(one, one.mine)}</code>
            </div>
            <div>
              <span className={css.muted}>{t('conflict.theirsTitle')}</span>
              <code>{shown(one, one.theirs)}</code>
            </div>
          </div>
        </li>
      ))}
    </ul>
  )
}
