import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Attempt } from '@/api'
import { clock, useT } from '@/i18n'
import { isPath } from '@/pill/template'
import { Button, IconButton, SuggestField, TextField, toast } from '@/ui'
import { useResult } from '../check/ResultView'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { write } from '../model/pointer'
import { addReplyVariable, fieldsIn, nameTaken, pathOf, removeReplyVariable, renameReplyVariable, replyVariables, returnReplyVariable, valueIn, type ReplyVariable } from '../model/replyVariables'
import { nameFrom } from '../model/steps'

/** Fields of the reply and the variables that they are kept in: the same that a click in the tree makes. */
export function ReplyTable() {
  const t = useT()
  const { document, edit, check } = useEditor()
  const { placed } = useStep()
  // A newer end without a reply does not hide the one before.
  const replied = [useResult(placed).result?.attempt, check.replies[placed.first]].find((attempt) => attempt?.response)
  const body = replied?.response?.body
  const { id } = placed.step
  const rows = replyVariables(document, placed.pointer, id)
  const [adding, setAdding] = useState(false)
  const fields = useMemo(() => [...fieldsIn(body ?? '').keys()], [body])
  const remove = (row: ReplyVariable) => {
    edit((now) => removeReplyVariable(now, row.pointer))
    toast(t('row.deleted', { name: row.name }), { undo: () => edit((now) => returnReplyVariable(now, document, row.pointer)) })
  }
  return (
    <fieldset className={css.fieldset}>
      <legend>{t('replyVars')}</legend>
      <p className={css.fieldHelp}>{t('replyVars.help')}</p>
      {(rows.length > 0 || adding) && (
        <table className={css.replyVars}>
          <thead>
            <tr>
              <th scope="col">{t('replyVars.field')}</th>
              <th scope="col">{t('replyVars.value')}</th>
              <th scope="col">{t('replyVars.name')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.pointer}>
                <td>
                  <Typed label={t('replyVars.fieldOf', { name: row.name })} value={row.field} fields={fields} onDone={(field) => edit((now) => write(now, `${row.pointer}/value`, `{{ ${pathOf(id, field)} }}`))} check={(field) => (isPath(pathOf(id, field)) ? undefined : t('replyVars.badField'))} />
                </td>
                <td className={css.replyValue} translate="no">
                  <Value of={replied} field={row.field} />
                </td>
                <td>
                  <Typed
                    label={t('replyVars.nameOf', { field: row.field })}
                    value={row.name}
                    onDone={(name) => edit((now) => renameReplyVariable(now, row.pointer, nameFrom(name)))}
                    check={(name) => (nameFrom(name) === '' ? t('replyVars.badName') : nameTaken(document, nameFrom(name), row.pointer) ? t('replyVars.taken') : undefined)}
                  />
                </td>
                <td>
                  <IconButton icon="trash" size="small" label={t('row.delete', { name: row.name })} onClick={() => remove(row)} tip={false} />
                </td>
              </tr>
            ))}
            {adding && (
              <tr>
                <td>
                  <Typed
                    label={t('replyVars.newField')}
                    value=""
                    fields={fields}
                    autoFocus
                    onCancel={() => setAdding(false)}
                    onDone={(field) => {
                      edit((now) => addReplyVariable(now, { pointer: placed.pointer, id, field, title: t('result.varsTitle') }).document)
                      setAdding(false)
                    }}
                    check={(field) => (field !== '' && isPath(pathOf(id, field)) ? undefined : t('replyVars.badField'))}
                  />
                </td>
                <td />
                <td />
                {/* The text keeps the focus: leaving it would keep the row. */}
                <td onMouseDown={(event) => event.preventDefault()}>
                  <IconButton icon="close" size="small" label={t('ui.cancel')} onClick={() => setAdding(false)} tip={false} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {!adding && (
        <Button size="small" icon="plus" kind="quiet" onClick={() => setAdding(true)}>
          {t('replyVars.add')}
        </Button>
      )}
    </fieldset>
  )
}

/** What a field has in the last reply; that there was none is another thing than a reply that lacks it. */
function Value({ of, field }: { of: Attempt | undefined; field: string }) {
  const t = useT()
  if (!of?.response) return <span className={css.muted}>{t('replyVars.noValue')}</span>
  const found = valueIn(of.response.body, field)
  if (typeof found === 'object') return found.text
  return <span className={css.muted}>{found === undefined ? '—' : t(of.response.cut ? 'replyVars.cut' : 'replyVars.noField', { time: clock(of.started_at) })}</span>
}

interface TypedProps {
  label: string
  value: string
  fields?: readonly string[]
  autoFocus?: boolean
  onDone: (next: string) => void
  /** Escape, or a button of the same row that gives it up. */
  onCancel?: () => void
  /** What is wrong with it; what is wrong is not kept. */
  check: (next: string) => string | undefined
}

/** A text that counts when it is left: half a name would be read by nobody. */
function Typed({ label, value, fields, autoFocus, onDone, onCancel, check }: TypedProps) {
  const [text, setText] = useState<string>()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (autoFocus) box.current?.querySelector('input')?.focus()
  }, [autoFocus])
  const shown = text ?? value
  const error = text === undefined || text === value ? undefined : check(text.trim())
  const done = (next: string) => {
    if (next.trim() === value || check(next.trim())) return
    setText(undefined)
    onDone(next.trim())
  }
  const keyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return
    if (event.key === 'Enter') done(shown)
    if (event.key !== 'Escape' || (!onCancel && text === undefined)) return
    // Only this is closed, not what it stands in.
    event.stopPropagation()
    setText(undefined)
    onCancel?.()
  }
  const common = { ariaLabel: label, value: shown, mono: true, size: 'small' as const, error: shown === '' ? undefined : error }
  return (
    <div ref={box} onBlur={() => done(shown)} onKeyDown={keyDown}>
      {fields ? <SuggestField {...common} suggestions={fields} onChange={setText} /> : <TextField {...common} onChange={setText} />}
    </div>
  )
}
