import { useLayoutEffect, useRef } from 'react'
import { useT, type Key } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { Button, Checkbox, IconButton, Select, SuggestField, TextField, toast } from '@/ui'
import { rowBecomes, useStep } from '../context'
import css from '../editor.module.css'
import { shownText, typed as keepType, typeOf, withType, type ValueType } from '../model/body'
import { cleanRow, type Row } from '../model/document'
import type { Json } from '../model/json'
import { Becoming } from '../step/Field'

const typeKeys: Record<ValueType, Key> = { auto: 'value.auto', text: 'type.text', number: 'type.number', 'yes-no': 'type.yesNo', nothing: 'type.nothing', json: 'value.json' }

interface Props {
  /** Where the rows stand, below the step. */
  pointer: string
  label: string
  rows: readonly Row[]
  onChange: (rows: Row[]) => void
  /** The types that a value can take; without them all are text. */
  types?: ((value: Json) => ValueType[]) | undefined
  names?: readonly string[]
  addLabel?: string
  namePlaceholder?: string
}

/** Rows of a name and a value, each with a switch; a value shows what it becomes. */
export function RowsEditor({ pointer, label, rows, onChange, types, names, addLabel, namePlaceholder }: Props) {
  const t = useT()
  const { preview, at, problem } = useStep()
  const box = useRef<HTMLDivElement>(null)
  // The new row has the cursor as soon as it is drawn: what is typed a moment later goes nowhere else.
  const added = useRef(false)
  useLayoutEffect(() => {
    if (added.current) focusName(rows.length - 1)
    added.current = false
  }, [rows.length])
  const focusName = (index: number) => box.current?.querySelectorAll<HTMLElement>('[data-row]')[index]?.querySelector<HTMLElement>('[data-name] input')?.focus()
  const focusValue = (index: number) => box.current?.querySelectorAll<HTMLElement>('[data-row]')[index]?.querySelector<HTMLElement>('.cm-content, .g-pill-plain')?.focus()

  const change = (index: number, what: Partial<Row>) => onChange(rows.map((row, i) => (i === index ? cleanRow({ ...row, ...what }) : row)))
  const toggle = (index: number, on: boolean) =>
    onChange(
      rows.map((row, i) => {
        if (i !== index) return row
        const { on: _was, ...others } = row
        return on ? others : { ...others, on: false as const }
      }),
    )
  const remove = (index: number) => {
    const gone = rows[index]
    const left = rows.filter((_, i) => i !== index)
    onChange(left)
    if (gone) toast(t('row.deleted', { name: gone.name || String(index + 1) }), { undo: () => onChange([...left.slice(0, index), gone, ...left.slice(index)]) })
  }
  const add = () => {
    added.current = true
    onChange([...rows, { name: '', value: '' }])
  }
  return (
    <div className={css.rows} data-typed={types ? true : undefined} ref={box} role="group" aria-label={label}>
      {rows.length > 0 && (
        <div className={css.rowHead} aria-hidden>
          <span />
          <span>{t('row.name')}</span>
          <span>{t('row.value')}</span>
        </div>
      )}
      {rows.map((row, i) => {
        const name = row.name || String(i + 1)
        const nameError = problem(`${pointer}/${i}/name`)
        return (
          <div key={i} className={css.row} data-row data-off={row.on === false || undefined} data-pointer={`${at(pointer)}/${i}`}>
            <span className={css.rowOn}>
              <Checkbox label="" ariaLabel={t('row.on', { name })} checked={row.on !== false} onChange={(on) => toggle(i, on)} />
            </span>
            <span className={css.rowName} data-name data-pointer={`${at(pointer)}/${i}/name`} onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.defaultPrevented) return
              // The key must not be typed into the field that gets the cursor.
              event.preventDefault()
              focusValue(i)
            }}>
              {names ? (
                <SuggestField ariaLabel={t('row.nameOf', { n: i + 1 })} value={row.name} onChange={(next) => change(i, { name: next })} suggestions={names} placeholder={namePlaceholder ?? t('row.name')} error={nameError} mono />
              ) : (
                <TextField ariaLabel={t('row.nameOf', { n: i + 1 })} value={row.name} onChange={(next) => change(i, { name: next })} placeholder={namePlaceholder ?? t('row.name')} error={nameError} mono />
              )}
            </span>
            <span className={css.rowValue} data-pointer={`${at(pointer)}/${i}/value`}>
              <PillField
                label={t('row.valueOf', { name })}
                value={shownText(row.value)}
                onChange={(next) => change(i, { value: types ? keepType(row.value, next) : next })}
                onEnter={() => (i === rows.length - 1 ? add() : focusName(i + 1))}
                multiline={types !== undefined && typeOf(row.value) === 'json'}
                wrap
                onFocus={(focused) => focused && requestAnimationFrame(() => box.current?.querySelectorAll<HTMLElement>('[data-row]')[i]?.scrollIntoView({ block: 'nearest' }))}
                error={problem(`${pointer}/${i}/value`)}
              />
              {row.on !== false && <Becoming value={rowBecomes(preview, at(pointer), i, row)} />}
            </span>
            <span className={css.rowEnd}>
              {types && (
                <Select<ValueType>
                  size="small"
                  width={128}
                  ariaLabel={t('row.typeOf', { name })}
                  value={typeOf(row.value)}
                  onChange={(type) => change(i, { value: withType(shownText(row.value), type) })}
                  options={types(row.value).map((type) => ({ value: type, label: t(typeKeys[type]) }))}
                />
              )}
              <IconButton icon="trash" size="small" label={t('row.delete', { name })} onClick={() => remove(i)} tip={false} />
            </span>
          </div>
        )
      })}
      <div>
        <Button size="small" icon="plus" kind="quiet" onClick={add}>
          {addLabel ?? t('row.add')}
        </Button>
      </div>
    </div>
  )
}
