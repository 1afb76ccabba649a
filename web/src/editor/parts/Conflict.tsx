import { useState } from 'react'
import { shortClock, useT } from '@/i18n'
import { Button, CodeView, Dialog, ErrorNote, Note } from '@/ui'
import { ApiError } from '@/api'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { writeJson } from '../model/json'
import { normalise } from '../model/document'

/** What stands in the way of saving: another person's edits, or the server's refusal. */
export function Conflict() {
  const t = useT()
  const { state, store } = useEditor()
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
  if (save.is !== 'conflict') return null
  const { theirs, merged } = save
  const take = (choice: 'mine' | 'theirs' | 'both') => {
    setCompare(false)
    store.resolve(choice)
  }
  const choices = (
    <>
      {merged && (
        <Button kind="main" size="small" onClick={() => take('both')}>
          {t('conflict.both')}
        </Button>
      )}
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
        title={t('save.conflict', { user: theirs.updated_by || t('conflict.someone'), time: theirs.updated_at ? shortClock(theirs.updated_at) : '—' })}
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
      <Dialog open={compare} onClose={() => setCompare(false)} title={t('conflict.title')} size="large" actions={choices}>
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
      </Dialog>
    </div>
  )
}
