import { useCallback, useEffect, useMemo, useState, type FocusEvent } from 'react'
import type { Preview } from '@/api'
import { problemWords } from '@/i18n/problem'
import { useEditor, type StepScope } from '../context'
import { heldAt } from '../model/document'
import { read } from '../model/pointer'
import type { Placed } from '../model/steps'

/** The places of one step: how they are read and written, and what is wrong with them. `left` hears which field was left. */
export function useStepScope(placed: Placed, preview: Preview | undefined): { scope: StepScope; left: (event: FocusEvent<HTMLElement>) => void } {
  const { document, put, state, focusField } = useEditor()
  const { pointer } = placed
  // What is only not filled in yet is no mistake before a person was there.
  const [touched, setTouched] = useState<readonly string[]>([])
  const touch = useCallback((one: string) => setTouched((now) => (now.includes(one) ? now : [...now, one])), [])
  // Nor is a row that was just added, before it was left as a whole; the others of its list are judged all the while.
  const [fresh, setFresh] = useState<string>()
  const left = ({ target, relatedTarget }: FocusEvent<HTMLElement>) => {
    const box = target.closest<HTMLElement>('[data-row]') ?? target.closest<HTMLElement>('[data-pointer]')
    const place = box?.dataset['pointer']
    if (place === undefined || box?.contains(relatedTarget)) return
    touch(place)
    setFresh((now) => (now === place ? undefined : now))
  }
  useEffect(() => void (focusField && touch(focusField)), [focusField, touch])

  const scope: StepScope = useMemo(() => {
    const at = (place: string) => pointer + place
    const within = (place: string, one: string) => at(place) === one || at(place).startsWith(`${one}/`)
    const reached = (place: string) => touched.some((one) => within(place, one)) && !(fresh && within(place, fresh))
    const problems = state.problems.map((problem) => ({ ...problem, pointer: heldAt(document, problem.pointer) }))
    return {
      placed,
      preview,
      at,
      put: (place, value) => {
        const before = read(document, at(place))
        const had = Array.isArray(before) ? before.length : 0
        const added = Array.isArray(value) && value.length === had + 1 && (had === 0 || same(before, value.slice(0, had)))
        // Where a row goes, or comes back between others, the numbers of those behind it are no longer theirs.
        if (added) setFresh(`${at(place)}/${had}`)
        else if (Array.isArray(value) && value.length !== had) setFresh((now) => (now?.startsWith(`${at(place)}/`) ? undefined : now))
        touch(at(place))
        put(at(place), value)
      },
      read: <T,>(place: string) => read(document, at(place)) as T | undefined,
      problem: (place) => {
        const found = problems.find((problem) => problem.pointer === at(place))
        // What was filled in since the draft was last judged is missing no longer.
        if (!found || (found.code === 'missing' && typeof read(document, found.pointer) === 'string' && read(document, found.pointer) !== '')) return undefined
        return found.code === 'missing' && !reached(place) ? undefined : problemWords(found)
      },
    }
  }, [placed, preview, pointer, put, document, state.problems, touched, touch, fresh])
  return { scope, left }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Puts the cursor into the field that was asked for, once it is drawn. */
export function useFocusField(): void {
  const { focusField, focused } = useEditor()
  useEffect(() => {
    if (!focusField) return
    let tries = 0
    let held = 0
    const look = () => {
      const box = [...globalThis.document.querySelectorAll<HTMLElement>('[data-pointer]')]
        .filter((one) => focusField === one.dataset['pointer'] || focusField.startsWith(`${one.dataset['pointer']}/`))
        .sort((a, b) => (b.dataset['pointer']?.length ?? 0) - (a.dataset['pointer']?.length ?? 0))[0]
      // A field with pills has a button, too, and for a moment nothing else.
      const field = box?.querySelector<HTMLElement>(`.cm-content, input, textarea, [contenteditable="true"]${box.querySelector('.g-pill-field') ? '' : ', button'}`)
      if (field) {
        const { activeElement, body } = globalThis.document
        // Whoever went on to another field stays there.
        if (held > 0 && activeElement !== field && activeElement !== body) return focused()
        if (activeElement !== field) {
          field.focus()
          field.scrollIntoView({ block: 'nearest' })
        }
        // The field with pills takes the plain one's place later, and a dialog that closes may take the focus along.
        if (!field.classList.contains('g-pill-plain') && held++ >= 2) return focused()
      }
      if (tries++ < 40) timer = setTimeout(look, 60)
      else focused()
    }
    let timer = setTimeout(look, 0)
    return () => clearTimeout(timer)
  }, [focusField, focused])
}
