import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useRouterState, type LinkProps } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { keys, readAgain, sessionQuery, statsQuery, useCutOff, useHints, type User } from '@/api'
import { CheckBanner } from '@/checks'
import { counted, languages, setTimeZone, size, useT, type Key, type Language } from '@/i18n'
import { BulkBanner } from '@/screens/bulk'
import { Button, Drawer, Icon, IconButton, Menu, useNarrow, type IconName, type ThemeChoice } from '@/ui'
import { LoginAgain } from './LoginAgain'
import { logOut } from './logOut'
import { Palette } from './Palette'
import { usePreferences, zoneOf } from './preferences'
import css from './Shell.module.css'

interface Place {
  to: LinkProps['to']
  icon: IconName
  label: Key
}

export const places: Place[] = [
  { to: '/scenarios', icon: 'scenarios', label: 'nav.scenarios' },
  { to: '/requests', icon: 'requests', label: 'nav.requests' },
  { to: '/runs', icon: 'history', label: 'nav.history' },
  { to: '/sources', icon: 'sources', label: 'nav.sources' },
  { to: '/connections', icon: 'connections', label: 'nav.connections' },
  { to: '/settings', icon: 'settings', label: 'nav.settings' },
]

const collapsedKey = 'gonets.nav'

/** The frame around every page: navigation, notices, palette. */
export function Shell() {
  const t = useT()
  const narrow = useNarrow()
  const [drawer, setDrawer] = useState(false)
  const [palette, setPalette] = useState(false)
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(collapsedKey) === 'collapsed')
  const path = useRouterState({ select: (state) => state.location.pathname })
  const queries = useQueryClient()

  useHints((hints) => readAgain(queries, hints))
  useEffect(() => setDrawer(false), [path])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setPalette(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const toggle = () => {
    setCollapsed(!collapsed)
    localStorage.setItem(collapsedKey, collapsed ? 'open' : 'collapsed')
  }

  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip}>
        {t('nav.skip')}
      </a>
      {narrow ? (
        <>
          <header className={css.top}>
            <IconButton icon="menu" label={t('nav.open')} onClick={() => setDrawer(true)} expanded={drawer} />
            <Link to="/scenarios" className={css.brand}>
              Gonets
            </Link>
            <span className={css.topSpring} />
            <Waiting compact />
            <IconButton icon="search" label={t('nav.find')} onClick={() => setPalette(true)} />
          </header>
          <Drawer open={drawer} onClose={() => setDrawer(false)} title="Gonets" side="left" size={280}>
            <nav aria-label={t('nav.main')}>
              <Entries collapsed={false} />
              <Tools collapsed={false} onFind={() => setPalette(true)} />
            </nav>
          </Drawer>
        </>
      ) : (
        <nav className={css.nav} data-collapsed={collapsed || undefined} aria-label={t('nav.main')}>
          <div className={css.navHead}>
            {!collapsed && (
              <Link to="/scenarios" className={css.brand}>
                Gonets
              </Link>
            )}
            <IconButton icon={collapsed ? 'expand' : 'collapse'} size="small" label={t(collapsed ? 'nav.expand' : 'nav.collapse')} onClick={toggle} />
          </div>
          <Entries collapsed={collapsed} />
          <span className={css.navSpring} />
          <Tools collapsed={collapsed} onFind={() => setPalette(true)} />
        </nav>
      )}
      <main id="main" className={css.main} tabIndex={-1}>
        <Connection />
        <BulkBanner />
        <CheckBanner />
        <DiskNotice />
        <MailNotice />
        <Outlet />
      </main>
      <Palette open={palette} onClose={() => setPalette(false)} />
    </div>
  )
}

/** «Waiting for you: N», only while there is something to decide. */
function Waiting({ collapsed, compact }: { collapsed?: boolean; compact?: boolean }) {
  const t = useT()
  const { data } = useQuery(statsQuery)
  const count = data?.waiting_for_you ?? data?.runs.paused ?? 0
  if (count === 0) return null
  const words = t('waitingForYou', { count: counted(count) })
  return (
    <Link to="/runs" search={{ state: 'paused' } as never} className={compact ? css.waitingCompact : css.waiting} aria-label={words} title={collapsed ? words : undefined}>
      <Icon name="pause" />
      {compact || collapsed ? <span>{counted(count)}</span> : words}
    </Link>
  )
}

function Entries({ collapsed }: { collapsed: boolean }) {
  const t = useT()
  // The queues to services are a tab of the connections.
  const lanes = useRouterState({ select: (state) => state.location.pathname.startsWith('/lanes') })
  return (
    <div className={css.entries}>
      <Waiting collapsed={collapsed} />
      {places.map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className={css.entry}
          {...(lanes && place.to === '/connections' ? { 'data-active': 'true', 'aria-current': 'page' } : {})}
          activeProps={{ 'data-active': 'true', 'aria-current': 'page' }}
          activeOptions={{ includeSearch: false }}
          aria-label={collapsed ? t(place.label) : undefined}
          title={collapsed ? t(place.label) : undefined}
        >
          <Icon name={place.icon} />
          {!collapsed && <span>{t(place.label)}</span>}
        </Link>
      ))}
    </div>
  )
}

const themes: { value: ThemeChoice; label: Key }[] = [
  { value: 'system', label: 'theme.system' },
  { value: 'light', label: 'theme.light' },
  { value: 'dark', label: 'theme.dark' },
]
const names: Record<Language, string> = { ru: 'Русский', en: 'English' }

function Tools({ collapsed, onFind }: { collapsed: boolean; onFind: () => void }) {
  const t = useT()
  const { language, theme, setLanguage, setTheme } = usePreferences()
  const { data: session } = useQuery(sessionQuery)

  return (
    <div className={css.tools} data-collapsed={collapsed || undefined}>
      <Link to="/receiver" className={css.entry} activeProps={{ 'data-active': 'true', 'aria-current': 'page' }} activeOptions={{ includeSearch: false }} aria-label={collapsed ? t('echo') : undefined} title={collapsed ? t('echo') : undefined}>
        <Icon name="flag" />
        {!collapsed && <span>{t('echo')}</span>}
      </Link>
      {collapsed ? (
        <IconButton icon="search" label={t('nav.find')} onClick={onFind} />
      ) : (
        <button type="button" className={css.find} onClick={onFind}>
          <Icon name="search" size={16} />
          <span>{t('nav.find')}</span>
          <kbd>Ctrl+K</kbd>
        </button>
      )}
      <div className={css.toolRow}>
        <Menu
          align="start"
          items={[
            { heading: t('theme.title') },
            ...themes.map((one) => ({
              label: t(one.label),
              checked: theme === one.value,
              onClick: () => setTheme(one.value),
            })),
          ]}
        >
          <IconButton icon="theme" label={t('theme.title')} tip={false} />
        </Menu>
        <Menu
          align="start"
          items={languages.map((one) => ({
            label: names[one],
            checked: language === one,
            onClick: () => setLanguage(one),
          }))}
        >
          <Button kind="quiet" size="small" label={t('language.title')}>
            {language.toUpperCase()}
          </Button>
        </Menu>
        <Menu
          align="start"
          items={[
            { label: t('nav.find'), icon: 'search', onClick: onFind, hint: 'Ctrl+K' },
            { label: t('help.api'), icon: 'external', href: '/api/docs' },
            { label: t('help.about'), icon: 'info', to: '/settings/$section', params: { section: 'about' } },
          ]}
        >
          <IconButton icon="help" label={t('help.title')} tip={false} />
        </Menu>
        <Menu
          align="start"
          items={[
            session?.user ? { heading: session.user.login } : false,
            { label: t('account.settings'), icon: 'settings', to: '/settings/$section', params: { section: 'account' } },
            { label: t('account.logOut'), icon: 'logout', onClick: () => void logOut(t) },
          ]}
        >
          <IconButton icon="user" label={t('account.title')} tip={false} />
        </Menu>
      </div>
    </div>
  )
}

/** Stays on every page until a test letter was accepted. */
function MailNotice() {
  const t = useT()
  const { data: session } = useQuery(sessionQuery)
  if (!session?.user || session.notices.mail) return null
  return (
    <div className={css.mail} role="note">
      <Icon name="warning" />
      <span>{t('mail.notSet')}</span>
      <Button size="small" kind="quiet" to="/settings/$section" params={{ section: 'notices' }}>
        {t('mail.setUp')}
      </Button>
    </div>
  )
}

/** Stays on every page while the disk is low or full. */
function DiskNotice() {
  const t = useT()
  const disk = useQuery(statsQuery).data?.disk
  if (!disk || disk.level === 'ok') return null
  const full = disk.level === 'full'
  const words = full ? (disk.holds_database ? 'disk.full' : 'disk.fullElsewhere') : disk.holds_database ? 'disk.low' : 'disk.lowElsewhere'
  return (
    <div className={css.mail} data-tone={full ? 'error' : undefined} role={full ? 'alert' : 'note'}>
      <Icon name="warning" />
      <span>{t(words, { free: size(disk.free_bytes ?? 0) })}</span>
      <Button size="small" kind="quiet" to="/settings/$section" params={{ section: 'retention' }}>
        {t('settings.retention')}
      </Button>
    </div>
  )
}

/** Says when the server is out of reach, and lets in again whoever's session has ended. */
function Connection() {
  const t = useT()
  const queries = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const [user, setUser] = useState<User>()
  const cutOff = useCutOff()
  useEffect(() => {
    if (session?.user) setUser(session.user)
  }, [session?.user])
  useEffect(() => {
    if (session?.user) setTimeZone(zoneOf(session))
  }, [session])
  useEffect(() => {
    // A stream that is refused looks like one that is cut: the session tells which it is.
    if (cutOff) void queries.invalidateQueries({ queryKey: keys.session })
  }, [cutOff, queries])
  if (session && !session.user && user) return <LoginAgain user={user} />
  if (!cutOff) return null
  return (
    <div className={css.offline} role="status">
      <Icon name="warning" />
      <span>{t('offline')}</span>
    </div>
  )
}
