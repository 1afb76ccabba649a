import { useRef } from 'react'
import { useT } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { usePillScope } from '@/pill/scope'
import { Button, IconButton, toast } from '@/ui'
import { useTexts } from '@/words/texts'
import { becomes, useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { FormFile } from '../model/document'
import { filePaths, fileText, keyed, putBack, type Keyed } from '../model/files'
import { firstId } from '../model/steps'
import { Becoming, Labelled, PathField } from '../step/Field'

/** The place of a file: those that came with the sample are offered. */
function FilePlace({ pointer, of, value, onChange }: { pointer: string; /** The field in the table of kinds. */ of: string; value: string; onChange: (next: string) => void }) {
  const { title, help } = useTexts()(of)
  const { at, preview, problem } = useStep()
  const { variables } = usePillScope()
  const now = becomes(preview, at(pointer))
  return (
    <Labelled pointer={at(pointer)} error={problem(pointer)}>
      <PathField label={title} help={help} value={value} onChange={onChange} paths={filePaths(variables ?? [])} />
      <Becoming value={value === '' ? undefined : now && { ...now, text: fileText(now) }} most={300} />
    </Labelled>
  )
}

/** A file that is the whole body. */
export function FileBody({ pointer, value }: { pointer: string; value: string }) {
  const { put } = useStep()
  return <FilePlace pointer={pointer} of={pointer} value={value} onChange={(next) => put(pointer, next)} />
}

/** The files of a form. */
export function FormFiles({ pointer, files }: { pointer: string; files: readonly FormFile[] }) {
  const t = useT()
  const { edit } = useEditor()
  const { put, at, placed } = useStep()
  const { title, help } = useTexts()(pointer)
  const box = useRef<HTMLDivElement>(null)
  const known = useRef<Keyed>({ files: [], keys: [], next: 0 })
  if (known.current.files !== files) known.current = keyed(known.current, files)
  /** The cursor goes to a file, or to the button that adds one where there is none. */
  const focus = (index: number) => requestAnimationFrame(() => (box.current?.querySelectorAll('[data-row]')[index]?.querySelector('input') ?? box.current?.querySelector<HTMLElement>(':scope > :last-child button'))?.focus())
  const add = () => {
    put(pointer, [...files, { name: '', path: '' }])
    focus(files.length)
  }
  const remove = (index: number, file: FormFile) => {
    put(pointer, files.length === 1 ? undefined : files.filter((_, i) => i !== index))
    focus(index)
    toast(t('row.deleted', { name: file.name || String(index + 1) }), { undo: () => edit((now) => putBack(now, { id: firstId(placed.step), list: pointer, index, file })) })
  }
  return (
    <div className={css.field} ref={box} role="group" aria-label={title}>
      <div className={css.fieldLabel}>{title}</div>
      <div className={css.fieldHelp}>{help}</div>
      {files.map((file, i) => (
        <fieldset key={known.current.keys[i]} className={css.fieldset} data-row data-pointer={`${at(pointer)}/${i}`}>
          <legend>{t('files.one', { n: i + 1 })}</legend>
          <FileFields pointer={pointer} index={i} file={file} onChange={(next) => put(`${pointer}/${i}`, next)} />
          <span className={css.fieldsetEnd}>
            <IconButton icon="trash" size="small" label={t('row.delete', { name: file.name || t('files.one', { n: i + 1 }) })} onClick={() => remove(i, file)} tip={false} />
          </span>
        </fieldset>
      ))}
      <div>
        <Button size="small" icon="plus" kind="quiet" onClick={add}>
          {t('files.add')}
        </Button>
      </div>
    </div>
  )
}

const templates = ['name', 'filename', 'type'] as const

function FileFields({ pointer, index, file, onChange }: { pointer: string; index: number; file: FormFile; onChange: (next: FormFile) => void }) {
  const texts = useTexts()
  const { at, preview, problem } = useStep()
  const here = `${pointer}/${index}`
  const change = (name: keyof FormFile, next: string) => {
    const { [name]: _was, ...others } = file
    onChange({ name: '', path: '', ...others, ...(next !== '' || name === 'name' || name === 'path' ? { [name]: next } : {}) })
  }
  return (
    <>
      <FilePlace pointer={`${here}/path`} of={`${pointer}/path`} value={file.path} onChange={(next) => change('path', next)} />
      <div className={css.three}>
        {templates.map((name) => {
          const { title, help, field } = texts(`${pointer}/${name}`)
          return (
            <Labelled key={name} pointer={at(`${here}/${name}`)} label={title} help={help} required={field?.required === true} error={problem(`${here}/${name}`)}>
              <PillField label={title} value={file[name] ?? ''} onChange={(next) => change(name, next)} {...(field?.placeholder ? { placeholder: field.placeholder } : {})} />
              <Becoming value={file[name]?.includes('{{') ? becomes(preview, at(`${here}/${name}`)) : undefined} />
            </Labelled>
          )
        })}
      </div>
    </>
  )
}
