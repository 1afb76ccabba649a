import { useDroppable } from '@dnd-kit/core'
import { useState } from 'react'
import { useT } from '@/i18n'
import { arrows, Button, Icon, Popover, TextField } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { kindOf, normaliseStep, type Step } from '../model/document'
import { findAddables, kindIcon, type Addable } from '../model/addable'
import { freeId, insertStep, walk, type Placed } from '../model/steps'
import { titleOf } from './describe'
import type { Dragged } from './useMoves'

const slotId = (at: string): string => `slot:${at}`
/** The place in the document that a gap of the list stands for. */
export const slotPlace = (id: string | number): string | undefined => (String(id).startsWith('slot:') ? String(id).slice(5) : undefined)

function useSlot(at: string, dragged: Dragged | undefined) {
  // A step cannot be put into itself.
  const { setNodeRef, isOver } = useDroppable({ id: slotId(at), disabled: dragged === undefined || at.startsWith(`${dragged.pointer}/`) })
  return { ref: setNodeRef, 'data-over': isOver || undefined }
}

/** A place where a dragged step may be put, with nothing to press. */
export function Slot({ at, dragged }: { at: string; dragged: Dragged | undefined }) {
  return <div className={css.slot} {...useSlot(at, dragged)} />
}

/** Opens the list of what may be added at a place. */
export function AddStep({ at, before, big, label, dragged, aimed }: { at: string; before?: Placed | undefined; big?: boolean; label?: string; dragged?: Dragged | undefined; aimed?: boolean }) {
  const t = useT()
  const { kinds } = useEditor()
  const slot = useSlot(at, dragged)
  // There are as many of them as steps: each says which one it is.
  const name = label ?? (before ? t('step.addBefore', { number: before.number, title: titleOf(before.step, t, kinds) }) : t('step.addHere'))
  const content = (close: () => void) => <KindList at={at} close={close} />
  if (big)
    return (
      <Popover width={340} content={content}>
        <Button icon="plus" fullWidth className={css.addBig} data-add-step>
          {t('addStep')}
        </Button>
      </Popover>
    )
  return (
    <div className={label ? css.addNamed : css.addHere} {...slot} data-over={slot['data-over'] || aimed || undefined}>
      <Popover width={340} content={content}>
        <button type="button" className={css.addHereButton} aria-label={name} title={name}>
          <Icon name="plus" size={14} />
          {label}
        </button>
      </Popover>
    </div>
  )
}

export function KindList({ at, close }: { at: string; close: () => void }) {
  const t = useT()
  const { kinds } = useEditor()
  const put = useAdd()
  const [typed, setTyped] = useState('')
  const found = findAddables(kinds, typed)
  const add = (index: number) => {
    const one = found[index]
    if (!one) return
    put(at, one)
    close()
  }
  return (
    <div className={css.kinds}>
      <TextField
        value={typed}
        onChange={setTyped}
        icon="search"
        placeholder={t('addStep.find')}
        ariaLabel={t('addStep.find')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add(0)
          if (event.key === 'ArrowDown') (event.currentTarget.closest(`.${css.kinds}`)?.querySelector('ul button') as HTMLElement | null)?.focus()
        }}
      />
      <ul onKeyDown={arrows}>
        {found.map((one, i) => (
          <li key={one.id}>
            <button type="button" className={css.kind} onClick={() => add(i)}>
              <Icon name={kindIcon(one.kind)} />
              <span>
                <span className={css.kindTitle}>
                  {one.title}
                  {one.synonym && <span className={css.muted}> · {one.synonym}</span>}
                </span>
                <span className={css.kindHelp}>{one.help}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={css.muted}>{t('addStep.none')}</p>}
    </div>
  )
}

/** Puts a new step into the document and opens it where something has to be filled in. */
export function useAdd(): (at: string, what: Addable) => void {
  const { document, edit, open } = useEditor()
  return (at, what) => {
    const template = normaliseStep(what.template) as Step
    const step: Step = { ...template, id: freeId(document, template.id || what.kind) }
    const done = insertStep(document, at, step)
    edit(() => done.document)
    const made = walk(done.document).find((placed) => placed.pointer === done.pointer)
    if (made) open(made.path, kindOf(step) === 'http' ? `${made.pointer}/http/url` : firstField(made.pointer, step))
  }
}

function firstField(pointer: string, step: Step): string | undefined {
  if (step.if !== undefined) return `${pointer}/if`
  if (step.delay !== undefined) return `${pointer}/delay`
  if (step.set) return `${pointer}/set`
  return undefined
}
