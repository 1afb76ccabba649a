import { useEffect, useRef } from 'react'
import type { Editor } from '../context'

/** Whether keys typed here are text. */
function writing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return element !== null && (element.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName))
}

/** The keys of the editor. Letters work only where nothing is being typed. */
export function useKeys(editor: Editor): void {
  const latest = useRef(editor)
  latest.current = editor
  useEffect(() => {
    // A dialog that closes by this very key is gone before the key comes to the page.
    let covered = false
    const first = () => {
      covered = document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null
    }
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented && event.key !== 'Enter') return
      const now = latest.current
      const control = event.ctrlKey || event.metaKey
      const key = event.key.toLowerCase()
      const act = (what: () => void) => {
        event.preventDefault()
        what()
      }
      if (control && event.code === 'KeyS') return act(() => void now.store.saveNow())
      if (control && event.code === 'KeyZ' && !event.shiftKey) return act(() => void now.store.undo())
      if (control && (event.code === 'KeyY' || (event.code === 'KeyZ' && event.shiftKey))) return act(() => void now.store.redo())
      if (control && event.key === 'Enter') return act(() => (now.selected && now.sends(now.selected.step) ? now.check.askStep(now.selected.path) : now.check.askScenario()))
      if (control || event.altKey || writing(event.target) || covered) return
      // The same keys of a Russian keyboard.
      if (event.code === 'KeyA') return act(() => document.querySelector<HTMLElement>('[data-add-step]')?.click())
      if (event.code === 'KeyJ' || event.code === 'KeyK') return act(() => move(now, event.code === 'KeyJ' ? 1 : -1))
      if (key === 'escape' && (now.selected || location.search.includes('panel='))) return act(() => now.closePanel())
      if (event.key === '?') return act(() => document.querySelector<HTMLElement>('[data-keys-help]')?.click())
    }
    addEventListener('keydown', first, true)
    addEventListener('keydown', press)
    return () => {
      removeEventListener('keydown', first, true)
      removeEventListener('keydown', press)
    }
  }, [])
}

function move(editor: Editor, by: 1 | -1): void {
  const at = editor.steps.findIndex((placed) => placed.path === editor.selected?.path)
  const next = editor.steps[at < 0 ? (by === 1 ? 0 : editor.steps.length - 1) : at + by]
  if (!next) return
  editor.open(next.path)
  document.querySelector<HTMLElement>(`[data-step="${CSS.escape(next.path)}"]`)?.focus()
}
