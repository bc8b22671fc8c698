export { explanationText } from './explanation-text.ts'
export { slaTimeline, type TimelineOptions } from './sla-timeline.ts'
export { workflowDiagram } from './workflow-diagram.ts'
