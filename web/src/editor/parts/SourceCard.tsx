import { pick, useT } from '@/i18n'
import { useQuery } from '@tanstack/react-query'
import { presetsQuery } from '@/api'
import { Button, CopyButton, Icon } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'

/** Where the data come from, above the steps. */
export function SourceCard() {
  const t = useT()
  const { document, source, samples, openSource } = useEditor()
  const preset = useQuery(presetsQuery).data?.items.find((one) => one.id === source?.preset)
  const names = document.sources ?? []
  return (
    <section className={css.sourceBox} aria-label={t('source')}>
      <h2 className={css.boxHead}>{t('source')}</h2>
      {names.length === 0 ? (
        <Button icon="sources" fullWidth onClick={openSource}>
          {t('source.add')}
        </Button>
      ) : (
        <div className={css.card} data-selected={location.search.includes('panel=source') || undefined}>
          <button type="button" className={css.cardButton} onClick={openSource}>
            <span className={css.cardTitle}>
              <Icon name="sources" size={16} />
              <span className={css.cardName}>{source?.title || pick(preset?.title) || names[0]}</span>
              <span className={css.count} data-fresh={samples.fresh ? true : undefined}>
                {samples.events.length > 0 ? t('source.events', { count: samples.events.length }) : t('source.noEvents')}
              </span>
            </span>
            <span className={css.cardMore}>{source?.url}</span>
            {names.length > 1 && <span className={css.cardMore}>{t('source.more', { count: names.length - 1 })}</span>}
          </button>
          {source?.url && (
            <span className={css.cardEnd}>
              <CopyButton text={source.url} label={t('source.copyUrl')} />
            </span>
          )}
        </div>
      )}
    </section>
  )
}
