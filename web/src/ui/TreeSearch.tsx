import { useEffect, useRef, useState } from 'react'
import { useT } from '@/i18n'
import { IconButton } from './Button'
import { TextField } from './fields'
import css from './data.module.css'
import { findIn, mostFound } from './treeFind'

/** How long nothing is typed before it is looked for, in milliseconds. */
const pause = 150

/** Looks for names and values in a tree; onFound gets the path of the present one. */
export function TreeSearch({ value, root, onFound }: { value: unknown; root: string; onFound: (path: string | undefined) => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [paths, setPaths] = useState<string[]>([])
  const [index, setIndex] = useState(0)
  // What was looked for last: a big tree is not searched at each letter.
  const [looked, setLooked] = useState('')
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(typing.current), [])
  const type = (next: string) => {
    setText(next)
    clearTimeout(typing.current)
    if (next.trim() === '') look(next)
    else typing.current = setTimeout(() => look(next), pause)
  }
  const look = (next: string) => {
    const found = findIn(value, root, next)
    clearTimeout(typing.current)
    typing.current = undefined
    setLooked(next)
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
        onChange={type}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            if (typing.current !== undefined) look(text)
            else go(event.shiftKey ? -1 : 1)
          } else if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            type('')
          }
        }}
      />
      {looked.trim() !== '' && (
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
