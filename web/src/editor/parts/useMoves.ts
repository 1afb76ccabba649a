import { useCallback, useState } from 'react'
import { useT } from '@/i18n'
import { useEditor } from '../context'
import { moveStep, shiftStep, walk, type Placed } from '../model/steps'
import { titleOf } from './describe'

/** What is being dragged, by its place in the document; what is not in it yet has none there. */
export type Dragged = Pick<Placed, 'pointer'>

/** Gives the cursor to a step once it is drawn; without a step, to the button that adds one. */
export function focusStep(path: string | undefined): void {
  requestAnimationFrame(() => (path === undefined ? document.querySelector<HTMLElement>('[data-add-step]') : stepButton(path))?.focus())
}

export const stepButton = (path: string) => document.querySelector<HTMLElement>(`[data-step="${CSS.escape(path)}"]`)

const nothing = () => undefined

/** What the library of dragging says by itself names places of the document, in English: {@link useMoves} says it in our words. */
export const unspoken = {
  restoreFocus: false,
  announcements: { onDragStart: nothing, onDragOver: nothing, onDragEnd: nothing, onDragCancel: nothing },
  screenReaderInstructions: { draggable: '' },
}

/** Moves steps; what is said of it is for those who do not see it. */
export function useMoves() {
  const t = useT()
  const { document, kinds, edit, open, selected } = useEditor()
  const [said, setSaid] = useState('')
  const moved = useCallback(
    (done: ReturnType<typeof moveStep>, was: Placed) => {
      if (!done) return
      edit(() => done.document)
      const now = walk(done.document).find((placed) => placed.pointer === done.pointer)
      if (!now) return
      setSaid(t('step.moved', { title: titleOf(now.step, t, kinds), number: now.number }))
      if (selected?.path === was.path) open(now.path)
      focusStep(now.path)
    },
    [edit, kinds, open, selected, t],
  )
  return {
    said,
    move: (placed: Placed, to: string) => moved(moveStep(document, placed.pointer, to), placed),
    shift: (placed: Placed, by: 1 | -1) => moved(shiftStep(document, placed.pointer, by), placed),
  }
}
