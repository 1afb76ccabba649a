import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, applyDocuments, call, freeName, keys, runQuery, useHints } from '@/api'
import { duration, t as translate, useT } from '@/i18n'
import { BodyView, Button, Dialog, ErrorNote, Icon, Note, Spinner, Status } from '@/ui'
import { RunState } from '@/words/states'
import css from './Scenarios.module.css'

/** The documents of the example, in the language of the moment. */
export function exampleDocuments(name: string): { source: object; scenario: object; sample: object } {
  return {
    source: { kind: 'Source', name, title: translate('quick.sourceTitle'), preset: 'generic' },
    scenario: {
      kind: 'Scenario',
      name,
      title: translate('quick.scenarioTitle'),
      sources: [name],
      search: ['event.body.phone'],
      steps: [
        {
          id: 'tell',
          title: translate('quick.stepTitle'),
          http: {
            method: 'POST',
            url: `{{ public_url }}/echo/${name}`,
            body: { json: { name: '{{ event.body.name }}', phone: '{{ event.body.phone }}', comment: translate('quick.comment') } },
            save: { body: 'answer' },
          },
        },
      ],
    },
    sample: { name: translate('quick.name'), phone: '+79990001122' },
  }
}

/** Makes a source and a scenario, sends a sample and shows what came of it. */
export function QuickExample({ onClose, taken }: { onClose: () => void; taken: readonly string[] }) {
  const t = useT()
  const queries = useQueryClient()
  const [name] = useState(() => freeName('quick-example', taken))
  const [stage, setStage] = useState<'make' | 'send' | 'wait'>('make')
  const [runId, setRunId] = useState('')
  const [failure, setFailure] = useState<unknown>()
  const begun = useRef(false)

  useEffect(() => {
    if (begun.current) return
    begun.current = true
    const go = async () => {
      try {
        const documents = exampleDocuments(name)
        await applyDocuments([documents.source, documents.scenario])
        void queries.invalidateQueries({ queryKey: keys.scenarios })
        void queries.invalidateQueries({ queryKey: keys.sources })
        setStage('send')
        const sent = await call(api.POST('/api/v1/sources/{name}/events', { params: { path: { name } }, body: { body: documents.sample } }))
        setRunId(sent.runs[0]?.id ?? '')
        setStage('wait')
      } catch (error) {
        setFailure(error)
      }
    }
    void go()
  }, [name, queries])

  const run = useQuery({
    ...runQuery(runId),
    enabled: runId !== '',
    // Hints make it quick; asking again makes it certain.
    refetchInterval: (query) => (query.state.data && ended(query.state.data.state) ? false : 700),
  })
  useHints((hints) => {
    if (hints.some((hint) => hint.id === runId)) void run.refetch()
  }, runId !== '')

  const finished = run.data && ended(run.data.state)
  const attempt = run.data?.steps.flatMap((step) => step.attempts).at(-1)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('quick.title')}
      actions={
        <>
          {run.data && (
            <Button to="/runs/$id" params={{ id: run.data.id }}>
              {t('quick.openRun')}
            </Button>
          )}
          <Button kind="main" to="/scenarios/$name" params={{ name }} disabled={stage === 'make'}>
            {t('quick.openScenario')}
          </Button>
        </>
      }
    >
      <ol className={css.progress}>
        <Step done={stage !== 'make'} failed={stage === 'make' && !!failure} text={t('quick.made')} />
        <Step done={stage === 'wait'} failed={stage === 'send' && !!failure} waiting={stage === 'make'} text={t('quick.sent')} />
        <Step done={!!finished} waiting={stage !== 'wait'} text={t('quick.delivered')} />
      </ol>
      {failure !== undefined && <ErrorNote error={failure} />}
      {run.data && finished && (
        <>
          <p className={css.resultLine}>
            <RunState run={run.data} />
            {attempt?.response && <Status code={attempt.response.status}>{(attempt.response.status_line ?? '').replace(/^HTTP\/[\d.]+\s+/, '') || attempt.response.status}</Status>}
            {attempt && <span>{duration(attempt.duration_ms)}</span>}
          </p>
          {attempt?.response && <BodyView body={attempt.response.body} encoding={attempt.response.encoding} label={t('quick.reply')} maxHeight={240} />}
          <Note tone="info">{t('quick.next')}</Note>
        </>
      )}
    </Dialog>
  )
}

const ended = (state: string) => !['queued', 'running', 'waiting', 'held'].includes(state)

function Step({ done, failed, waiting, text }: { done: boolean; failed?: boolean; waiting?: boolean; text: string }) {
  return (
    <li data-waiting={waiting || undefined}>
      {done ? <Icon name="check" className={css.okIcon} /> : failed ? <Icon name="close" className={css.badIcon} /> : waiting ? <Icon name="dotted" /> : <Spinner />}
      {text}
    </li>
  )
}
