import { useEffect } from 'react'
import type { KindField } from '@/api'
import { useEditor } from '../context'

/** Opens the tab that holds the field which wants the focus. */
export function useFocusTab(pointer: string, fields: readonly KindField[], open: (tab: string) => void): void {
  const { focusField } = useEditor()
  useEffect(() => {
    if (!focusField?.startsWith(`${pointer}/`)) return
    const place = focusField.slice(pointer.length)
    const field = fields.filter((one) => place === one.path || place.startsWith(`${one.path}/`)).sort((a, b) => b.path.length - a.path.length)[0]
    if (field) open(field.tab)
  }, [focusField, pointer, fields, open])
}
