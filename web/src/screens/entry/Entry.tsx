import { useQuery } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { sessionQuery } from '@/api'
import { changeLanguage } from '@/app/preferences'
import { languages, useLanguage, useT, type Language } from '@/i18n'
import { Note, Rich, Segments, usePageTitle } from '@/ui'
import css from './Entry.module.css'

const names: Record<Language, string> = { ru: 'RU', en: 'EN' }

/** The pages before the door: one column, and the language at hand. */
export function Entry({ title, intro, children, onSubmit }: { title: string; intro?: ReactNode; children: ReactNode; onSubmit: () => void }) {
  const t = useT()
  const language = useLanguage()
  const { data: session } = useQuery(sessionQuery)
  usePageTitle(title)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <main className={css.page}>
      <div className={css.top}>
        <span className={css.brand}>Gonets</span>
        <Segments ariaLabel={t('language.title')} size="small" value={language} onChange={(next) => void changeLanguage(next)} options={languages.map((value) => ({ value, label: names[value] }))} />
      </div>
      <div className={css.card}>
        <h1>{title}</h1>
        {intro && <p className={css.intro}>{intro}</p>}
        <form className={css.form} onSubmit={submit} noValidate>
          {children}
        </form>
        {session?.plain_http && (
          <Note tone="info" title={t('entry.plainHttp')}>
            <Rich>{t('entry.plainHttp.help')}</Rich>
          </Note>
        )}
        {session?.untrusted_proxy && <Note tone="warn"><Rich>{t('proxy.untrusted', { ip: session.untrusted_proxy })}</Rich></Note>}
      </div>
    </main>
  )
}
