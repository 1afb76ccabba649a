import { useState, type ReactNode } from 'react'
import { useT } from '@/i18n'
import { Icon } from './icons'
import { memberPath } from './memberPath'
import css from './data.module.css'

export interface JsonTreeProps {
  value: unknown
  /** How paths begin. */
  root: string
  onPick?: (path: string, value: unknown) => void
  after?: (path: string, value: unknown) => ReactNode
  /** Levels that are open at first. */
  open?: number
}

const page = 100

/** A value as a tree. Leaves are buttons when somebody wants to pick one. */
export function JsonTree({ value, root, onPick, after, open = 2 }: JsonTreeProps) {
  return (
    <ul className={css.treeList} translate="no">
      <Members value={value} path={root} depth={0} onPick={onPick} after={after} open={open} />
    </ul>
  )
}

type Inner = Omit<JsonTreeProps, 'root' | 'open'> & { path: string; depth: number; open: number }

function Members({ value, path, depth, onPick, after, open }: Inner) {
  const t = useT()
  const [shown, setShown] = useState(page)
  if (!isTree(value)) return <Leaf name="" value={value} path={path} onPick={onPick} after={after} />
  const members: [string | number, unknown][] = Array.isArray(value) ? value.map((v, i) => [i, v]) : Object.entries(value)
  if (members.length === 0) return <li className={css.leafEmpty}>{Array.isArray(value) ? '[ ]' : '{ }'}</li>
  return (
    <>
      {members.slice(0, shown).map(([key, member]) => (
        <Member key={key} name={key} value={member} path={memberPath(path, key)} depth={depth} onPick={onPick} after={after} open={open} />
      ))}
      {members.length > shown && (
        <li>
          <button type="button" className={css.more} onClick={() => setShown(shown + page * 5)}>
            {t('ui.moreOf', { count: members.length - shown })}
          </button>
        </li>
      )}
    </>
  )
}

function Member({ name, value, path, depth, onPick, after, open }: Inner & { name: string | number }) {
  const [isOpen, setOpen] = useState(depth < open)
  const label = typeof name === 'number' ? `[${name}]` : name
  if (!isTree(value)) return <Leaf name={label} value={value} path={path} onPick={onPick} after={after} />
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
      <div className={css.node}>
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} size={12} />
          <span className={css.key}>{label}</span>
          <span className={css.count}>{Array.isArray(value) ? `[${size}]` : `{${size}}`}</span>
        </button>
        {after?.(path, value)}
      </div>
      {isOpen && (
        <ul className={css.treeList}>
          <Members value={value} path={path} depth={depth + 1} onPick={onPick} after={after} open={open} />
        </ul>
      )}
    </li>
  )
}

function Leaf({ name, value, path, onPick, after }: { name: string; value: unknown; path: string } & Pick<JsonTreeProps, 'onPick' | 'after'>) {
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
    <li className={css.leaf}>
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

// A number too long for a double is an object of ours, and a leaf.
const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null && !('digits' in value && Object.keys(value).length === 1)
