import { Fragment, useEffect, useRef, useState, type ReactNode } from 'react'
import { useT } from '@/i18n'
import { Icon } from './icons'
import { memberPath } from './memberPath'
import { drawn, isTree, leadsThrough, treePage } from './treeFind'
import css from './data.module.css'

export interface JsonTreeProps {
  value: unknown
  /** How paths begin. */
  root: string
  onPick?: (path: string, value: unknown) => void
  after?: (path: string, value: unknown) => ReactNode
  /** Levels that are open at first. */
  open?: number
  /** The place that a search has found: it is opened, marked and brought into sight. */
  at?: string
}

/** A value as a tree. Leaves are buttons when somebody wants to pick one. */
export function JsonTree({ value, root, onPick, after, open = 2, at }: JsonTreeProps) {
  return (
    <ul className={css.treeList} translate="no">
      <Members value={value} path={root} depth={0} onPick={onPick} after={after} open={open} at={at} />
    </ul>
  )
}

type Inner = Omit<JsonTreeProps, 'root' | 'open'> & { path: string; depth: number; open: number }

function Members({ value, path, depth, onPick, after, open, at }: Inner) {
  const t = useT()
  const [shown, setShown] = useState(treePage)
  const [more, setMore] = useState(0)
  const members: [string | number, unknown][] = !isTree(value) ? [] : Array.isArray(value) ? value.map((v, i) => [i, v]) : Object.entries(value)
  // What was found may stand behind what is drawn so far.
  const found = leadsThrough(at, path) ? members.findIndex(([key]) => at === memberPath(path, key) || leadsThrough(at, memberPath(path, key))) : -1
  const ranges = drawn(members.length, shown, found, more)
  if (!isTree(value)) return <Leaf name="" value={value} path={path} onPick={onPick} after={after} at={at} />
  if (members.length === 0) return <li className={css.leafEmpty}>{Array.isArray(value) ? '[ ]' : '{ }'}</li>
  return (
    <>
      {ranges.map(([from, to], i) => {
        const hidden = (ranges[i + 1]?.[0] ?? members.length) - to
        return (
          <Fragment key={i}>
            {members.slice(from, to).map(([key, member]) => (
              <Member key={key} name={key} value={member} path={memberPath(path, key)} depth={depth} onPick={onPick} after={after} open={open} at={at} />
            ))}
            {hidden > 0 && (
              <li>
                <button type="button" className={css.more} onClick={() => (i === 0 ? setShown(shown + treePage * 5) : setMore(more + treePage * 5))}>
                  {t('ui.moreOf', { count: hidden })}
                </button>
              </li>
            )}
          </Fragment>
        )
      })}
    </>
  )
}

function Member({ name, value, path, depth, onPick, after, open, at }: Inner & { name: string | number }) {
  const [isOpen, setOpen] = useState(depth < open)
  const leads = leadsThrough(at, path)
  useEffect(() => {
    if (leads) setOpen(true)
  }, [leads, at])
  const line = useFound<HTMLDivElement>(at === path)
  const label = typeof name === 'number' ? `[${name}]` : name
  if (!isTree(value)) return <Leaf name={label} value={value} path={path} onPick={onPick} after={after} at={at} />
  const size = Array.isArray(value) ? value.length : Object.keys(value).length
  if (size === 0)
    return (
      <li className={css.leaf}>
        <span className={css.leafText}>
          <span className={css.key}>{label}</span>
          <span className={css.count}>{Array.isArray(value) ? '[ ]' : '{ }'}</span>
        </span>
      </li>
    )
  return (
    <li>
      <div className={css.node} ref={line} data-found={at === path || undefined}>
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} size={12} />
          <span className={css.key}>{label}</span>
          <span className={css.count}>{Array.isArray(value) ? `[${size}]` : `{${size}}`}</span>
        </button>
        {after?.(path, value)}
      </div>
      {isOpen && (
        <ul className={css.treeList}>
          <Members value={value} path={path} depth={depth + 1} onPick={onPick} after={after} open={open} at={at} />
        </ul>
      )}
    </li>
  )
}

/** Brings what was found into sight, within its box. */
function useFound<T extends HTMLElement>(here: boolean) {
  const line = useRef<T>(null)
  useEffect(() => {
    if (here) line.current?.scrollIntoView({ block: 'nearest' })
  }, [here])
  return line
}

function Leaf({ name, value, path, onPick, after, at }: { name: string; value: unknown; path: string } & Pick<JsonTreeProps, 'onPick' | 'after' | 'at'>) {
  const line = useFound<HTMLLIElement>(at === path)
  const text = typeof value === 'string' ? `"${value}"` : String(value)
  const shown = text.length > 500 ? `${text.slice(0, 500)}…` : text
  const kind = value === null ? 'null' : typeof value === 'object' ? 'number' : typeof value
  const inner = (
    <>
      {name && <span className={css.key}>{name}</span>}
      <span className={css.value} data-type={kind}>
        {shown}
      </span>
    </>
  )
  return (
    <li className={css.leaf} ref={line} data-found={at === path || undefined}>
      {onPick ? (
        <button type="button" className={css.leafButton} onClick={() => onPick(path, value)} title={path}>
          {inner}
        </button>
      ) : (
        <span className={css.leafText}>{inner}</span>
      )}
      {after?.(path, value)}
    </li>
  )
}
