// Short names of what the server's description says; nothing here is typed by hand.
import type { components } from './schema'

type S = components['schemas']

export type User = S['User']
export type Session = S['Session']
export type Scenario = S['Scenario']
export type Source = S['Source']
export type SavedRequest = S['SavedRequest']
export type SourceAddress = S['Address']
export type FieldChange = S['FieldChange']
export type Preset = S['Preset']
export type Draft = S['Draft']
export type Change = S['ScenarioChange']
export type ScenarioChanges = S['ScenarioChanges']
export type Kind = S['Kind']
export type KindField = S['Field']
export type Mail = S['Mail']
export type Notice = S['Told']
export type AuditEntry = S['AuditEntry']
export type Explain = S['Message']
export type RunSummary = S['RunSummary']
export type Attempt = S['Attempt']
export type RunStep = S['Step']
export type Run = S['Run']
export type Lane = S['Lane']
export type ScenarioFlow = S['ScenarioFlow']
export type Echo = S['Echo']
export type EchoSummary = S['EchoSummary']
export type Counts = S['Counts']
export type Readiness = S['Readiness']
export type ReadyPoint = S['ReadyPoint']
export type Stats = S['Stats']
export type Disk = S['Disk']
export type Storage = S['Storage']
export type Variable = S['Variable']
export type Sample = S['Sample']
export type SampleRequest = S['SampleRequest']
export type Preview = S['PreviewResult']
export type PreviewRequest = S['PreviewRequest']
export type Rehearsal = S['RehearsalResult']
export type SentComparison = S['SentComparison']
export type EventPlayed = S['EventPlayed']
export type SentDifference = S['SentDifference']
export type RehearsalLine = S['RehearsalLine']
export type ServiceOutage = S['Outage']

/** A line of the stream of POST /check: a stream has no schema in the description, its parts do. */
export type CheckLine =
  | { type: 'started'; run_id: string; steps: string[] }
  | {
      type: 'step'
      path: string
      state: 'running' | 'done' | 'skipped' | 'failed' | 'shown'
      /** What a request on its way waits for. */
      phase?: 'connect' | 'wait'
      attempt?: Attempt
      value?: unknown
      request?: PreviewRequest
      problem?: S['Problem']
      explain?: S['Explain']
      variables?: Variable[]
    }
  | { type: 'finished'; state: string; duration_ms: number; problem?: S['Problem'] }
