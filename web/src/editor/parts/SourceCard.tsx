import { useQuery } from '@tanstack/react-query'
import { presetsQuery, sampleLimit } from '@/api'
import { pick, useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, CopyButton, Icon } from '@/ui'
import { useEditor, type Attached } from '../context'
import css from '../editor.module.css'

/** Where the data come from, above the steps: a card for each source. */
export function SourceCards() {
  const t = useT()
  const { sources, addSource } = useEditor()
  return (
    <section className={css.sourceBox} aria-label={t('source')}>
      <h2 className={css.boxHead}>{sources.length > 1 ? t('source.all') : t('source')}</h2>
      {sources.length === 0 ? (
        <Button icon="sources" fullWidth onClick={addSource}>
          {t('source.add')}
        </Button>
      ) : (
        <>
          {sources.map((one, index) => (
            <SourceCard key={one.name} attached={one} index={index} />
          ))}
          <div>
            <Button size="small" kind="quiet" icon="plus" onClick={addSource}>
              {t('source.another')}
            </Button>
          </div>
        </>
      )}
    </section>
  )
}

/** One source: what it is, its address, what came. */
export function SourceCard({ attached: { name, source }, index }: { attached: Attached; index: number }) {
  const t = useT()
  const { samples, state, openSource, panelSource } = useEditor()
  const preset = useQuery(presetsQuery).data?.items.find((one) => one.id === source?.preset)
  const problem = state.problems.find((one) => one.pointer === `/sources/${index}`)
  const count = samples.of(name).length
  const title = source?.title || pick(preset?.title) || name
  return (
    <div className={css.card} data-selected={panelSource === name || undefined}>
      <button type="button" className={css.cardButton} onClick={() => openSource(name)}>
        <span className={css.cardTitle}>
          <Icon name="sources" size={16} />
          <span className={css.cardName} title={title}>
            {title}
          </span>
        </span>
        <span className={css.cardLine}>
          {source?.url && <span className={css.cardMore}>{source.url}</span>}
          {!problem && (count > 0 || (!samples.loading && !samples.failed)) && (
            <span className={css.count} data-fresh={samples.fresh === name || undefined}>
              {count >= sampleLimit ? t('source.lastEvents', { count }) : count > 0 ? t('source.events', { count }) : t('source.noEvents')}
            </span>
          )}
        </span>
        {problem && <span className={css.cardBad}>{problemWords(problem)}</span>}
      </button>
      {source?.url && (
        <span className={css.cardEnd}>
          <CopyButton text={source.url} label={t('source.copyUrl')} />
        </span>
      )}
    </div>
  )
}
