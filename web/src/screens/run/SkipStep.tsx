import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { keys, newKey, skipWith, type Run } from '@/api'
import { useT } from '@/i18n'
import { Button, Choices, Dialog, ErrorNote, jsonMistake, JsonField, Stack } from '@/ui'
import { sends, stepTitle } from './words'

/** Goes on without the step; what later steps read of it can be given by hand. */
export function SkipStep({ run, onClose }: { run: Run; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const step = run.steps.find((one) => one.state === 'active')
  const [gives, setGives] = useState<'nothing' | 'value'>('nothing')
  const [text, setText] = useState('')
  const [mistake, setMistake] = useState<string>()
  // Another value is another wish.
  const [key, setKey] = useState(newKey)
  const change = (what: () => void) => {
    what()
    setKey(newKey())
    setMistake(undefined)
  }
  const going = useRef(false)
  const skip = useMutation({
    mutationFn: () => skipWith(run.id, gives === 'value' ? text : undefined, key),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.run(run.id) })
      void queries.invalidateQueries({ queryKey: keys.stats })
      onClose()
    },
  })
  const go = () => {
    const line = gives === 'value' ? jsonMistake(text)?.line : undefined
    if (line) return setMistake(text.trim() === '' ? t('skip.empty') : t('edit.notJson', { line }))
    if (going.current) return
    going.current = true
    skip.mutate(undefined, { onSettled: () => (going.current = false) })
  }
  const help = sends(step?.kind) ? t('skip.http') : step?.kind === 'set' ? t('skip.set') : t('skip.other')
  return (
    <Dialog
      open
      onClose={onClose}
      title={step ? t('skip.title', { step: stepTitle(step, t) }) : t('run.askSkip')}
      closable={text === ''}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={go} loading={skip.isPending}>
            {t('run.skip')}
          </Button>
        </>
      }
    >
      <Stack>
        <p>{t('run.askSkipHelp')}</p>
        <Choices
          label={t('skip.gives')}
          value={gives}
          onChange={(next) => change(() => setGives(next))}
          options={[
            { value: 'nothing', label: t('skip.nothing') },
            { value: 'value', label: t('skip.value') },
          ]}
        />
        {gives === 'value' && <JsonField label={t('skip.json')} value={text} onChange={(next) => change(() => setText(next))} error={mistake} help={help} />}
        {skip.error && <ErrorNote error={skip.error} />}
      </Stack>
    </Dialog>
  )
}
