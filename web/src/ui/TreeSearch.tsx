import { useState } from 'react'
import { useT } from '@/i18n'
import { IconButton } from './Button'
import { TextField } from './fields'
import css from './data.module.css'
import { findIn, mostFound } from './treeFind'

/** Looks for names and values in a tree; onFound gets the path of the present one. */
export function TreeSearch({ value, root, onFound }: { value: unknown; root: string; onFound: (path: string | undefined) => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [paths, setPaths] = useState<string[]>([])
  const [index, setIndex] = useState(0)
  const look = (next: string) => {
    const found = findIn(value, root, next)
    setText(next)
    setPaths(found)
    setIndex(0)
    onFound(found[0])
  }
  const go = (by: number) => {
    if (paths.length === 0) return
    const next = (index + by + paths.length) % paths.length
    setIndex(next)
    onFound(paths[next])
  }
  return (
    <div className={css.treeSearch} role="search">
      <TextField
        size="small"
        icon="search"
        ariaLabel={t('tree.find')}
        placeholder={t('tree.find')}
        value={text}
        onChange={look}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            go(event.shiftKey ? -1 : 1)
          } else if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            look('')
          }
        }}
      />
      {text.trim() !== '' && (
        <>
          <span role="status" className={css.muted}>
            {paths.length === 0 ? t('ui.nothingFound') : t('tree.nth', { n: index + 1, max: paths.length === mostFound ? `${mostFound}+` : paths.length })}
          </span>
          <IconButton icon="up" size="small" label={t('tree.before')} onClick={() => go(-1)} disabled={paths.length < 2} />
          <IconButton icon="down" size="small" label={t('tree.next')} onClick={() => go(1)} disabled={paths.length < 2} />
        </>
      )}
    </div>
  )
}
