import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiError, sessionQuery } from '@/api'
import { Search } from '@/app/Palette'
import { matches } from '@/app/synonyms'
import { useSearch } from '@/app/useSearch'
import { shortClock, useT, type Key } from '@/i18n'
import { Badge, Button, Dialog, Icon, IconButton, Menu } from '@/ui'
import { Outage } from '../check/Outage'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { LifeButtons } from '../publish/LifeButtons'
import { Versions } from '../publish/Versions'

export function TopBar() {
  const t = useT()
  const { name, store, state, check, steps, sends } = useEditor()
  const [keysShown, setKeysShown] = useState(false)
  const [search, setSearch] = useSearch()
  const [outageShown, setOutageShown] = useState(false)
  return (
    <header className={css.top}>
      <div className={css.topTitle}>
        <Link to="/scenarios" className={css.back} aria-label={t('editor.back')}>
          <Icon name="back" />
        </Link>
        <Title />
        <div className={css.topMeta}>
          <State />
          <SaveWord />
          <Presence />
        </div>
      </div>
      <div className={css.topActions}>
        <IconButton icon="undo" label={t('editor.undo')} disabled={!state.canUndo} onClick={() => void store.undo()} />
        <IconButton icon="redo" label={t('editor.redo')} disabled={!state.canRedo} onClick={() => void store.redo()} />
        <Menu
          items={[
            ...(steps.some((one) => sends(one.step)) ? [{ label: t('outage.open'), icon: 'retry' as const, onClick: () => setOutageShown(true) }] : []),
            { label: t('versions.open'), icon: 'history', onClick: () => setSearch({ versions: 'open' }) },
            { label: t('scenario.ready'), icon: 'check', to: '/scenarios/$name/ready', params: { name } },
            { label: t('keys.title'), icon: 'help', onClick: () => setKeysShown(true), hint: '?' },
          ]}
        >
          <IconButton icon="dots" label={t('editor.more')} />
        </Menu>
        {check.running && check.whole ? (
          <Button icon="stop" onClick={check.cancel}>
            {t('check.stop')}
          </Button>
        ) : (
          <Button icon="play" label={t('check.scenario')} onClick={check.askScenario} disabled={check.running}>
            {t('check')}
          </Button>
        )}
        <LifeButtons />
      </div>
      <button type="button" className="visually-hidden" tabIndex={-1} data-keys-help onClick={() => setKeysShown(true)}>
        {t('keys.title')}
      </button>
      <Keys open={keysShown} onClose={() => setKeysShown(false)} />
      {search['versions'] === 'open' && <Versions onClose={() => setSearch({ versions: undefined })} />}
      {outageShown && <Outage first={undefined} onClose={() => setOutageShown(false)} />}
    </header>
  )
}

/** The name, edited in its place. That of a scenario which is still empty is selected for typing. */
function Title() {
  const t = useT()
  const { document, put, state } = useEditor()
  const input = useRef<HTMLInputElement>(null)
  const title = document.title ?? document.name
  const [width, setWidth] = useState(title.length)
  useEffect(() => setWidth(title.length), [title])
  useEffect(() => {
    if (document.steps.length === 0 && (document.sources ?? []).length === 0 && !state.canUndo) {
      input.current?.focus()
      input.current?.select()
    }
    // Only when the page opens.
  }, [])
  return (
    <h1 className={css.title}>
      <input
        ref={input}
        className={css.titleInput}
        aria-label={t('editor.name')}
        value={title}
        title={title}
        maxLength={200}
        style={supportsSizing ? undefined : { width: `min(${Math.max(Math.ceil(width * 0.95) + 2, 8)}ch, 100%)` }}
        onChange={(event) => put('/title', event.currentTarget.value)}
        onKeyDown={(event) => (event.key === 'Enter' || event.key === 'Escape') && event.currentTarget.blur()}
      />
    </h1>
  )
}

function State() {
  const t = useT()
  const { info, state } = useEditor()
  if (!info) return null
  return (
    <span className={css.states}>
      {info.state === 'running' ? (
        <Badge tone="ok" icon="dot" soft>
          {t('scenario.running')}
        </Badge>
      ) : info.state === 'stopped' ? (
        <Badge tone="muted" icon="stop" soft>
          {t('scenario.stopped')}
        </Badge>
      ) : (
        <Badge tone="muted" icon="dotted" soft>
          {t('scenario.draft')}
        </Badge>
      )}
      {info.version !== undefined && info.version > 0 && (
        <>
          <span className={css.muted}>{t('editor.version', { n: info.version })}</span>
          <span className={css.room} data-empty={!state.hasChanges || undefined}>
            <Badge tone="info">{t('editor.hasChanges')}</Badge>
          </span>
        </>
      )}
    </span>
  )
}

const supportsSizing = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

const saveKeys: Record<string, Key> = { unsaved: 'save.saving', saving: 'save.saving', conflict: 'save.waits', refused: 'save.refused' }

/** Why what was typed waits in this browser. */
function unsavedKey(error: unknown): Key {
  if (!(error instanceof ApiError) || error.offline) return 'save.offline'
  return error.status === 401 ? 'save.loggedOut' : 'save.troubled'
}

function SaveWord() {
  const t = useT()
  const { state } = useEditor()
  const { save } = state
  const key = save.is === 'offline' ? unsavedKey(save.error) : saveKeys[save.is]
  const text = save.is === 'saved' ? (save.at ? t('save.saved', { time: shortClock(save.at) }) : t('save.savedPlain')) : key ? t(key) : ''
  return (
    <span className={css.saveWord} data-state={save.is} data-room={t('save.saved', { time: '00:00' })} role="status">
      <span>
        {save.is === 'saved' && <Icon name="check" size={14} />}
        {(save.is === 'offline' || save.is === 'refused' || save.is === 'conflict') && <Icon name="warning" size={14} />}
        {text}
      </span>
    </span>
  )
}

const lately = 120_000

/** Says that somebody else works on the same draft, for as long as that is news. */
function Presence() {
  const t = useT()
  const { other } = useEditor().state
  const me = useQuery(sessionQuery).data?.user?.login
  const [, tick] = useState(0)
  const left = other ? other.at + lately - Date.now() : 0
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => tick((n) => n + 1), left + 50)
    return () => clearTimeout(timer)
  }, [left])
  return (
    <span role="status" className={css.presence}>
      {other && left > 0 && me !== undefined && !(other.before && other.by === me) && (
        <>
          <Icon name="user" size={14} />
          {other.by === me ? t('presence.you') : t('presence.other', { user: other.by })}
        </>
      )}
    </span>
  )
}

/** The keys of the editor, and above them the search of the palette, which finds all else by the words of other systems too. */
function Keys({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT()
  const rows: [string, string][] = [
    ['Ctrl+Enter', t('keys.check')],
    ['Ctrl+S', t('keys.save')],
    ['Ctrl+Z · Ctrl+Y', t('keys.undo')],
    ['A', t('keys.add')],
    ['J · K', t('keys.move')],
    ['Alt+↑ · Alt+↓', t('keys.order')],
    ['{', t('keys.variable')],
    ['Alt+Enter', t('keys.pill')],
    ['Esc', t('keys.close')],
    ['?', t('keys.list')],
  ]
  const list = (typed: string) => {
    const found = rows.filter(([keys, what]) => typed === '' || matches(typed, [keys, what]))
    return (
      found.length > 0 && (
        <dl className={css.keys}>
          {found.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )
    )
  }
  return (
    <Dialog open={open} onClose={onClose} title={t('keys.title')} hanging>
      {open && <Search onClose={onClose} also={list} />}
    </Dialog>
  )
}
