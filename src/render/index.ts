export { workflowDiagram } from './workflow-diagram.ts'
