import { figure } from '../report.ts'

export const whole = (value: number): string => Math.round(value).toLocaleString('en')

export const bytes = (value: number): string =>
  value >= 1e9 ? `${figure(value / 1e9)} GB` : value >= 1e6 ? `${figure(value / 1e6)} MB` : `${figure(value / 1e3)} kB`
