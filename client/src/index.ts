// A client for the API of Xtablo. It needs nothing but `fetch`: browsers, Node 20 or later, Deno, Bun.

export {
  type ClientOptions,
  createClient,
  type Server,
  type SignInOptions,
  signIn,
  type Xtablo,
} from './client.ts'
export { type FieldError, type ProblemCode, XtabloError } from './errors.ts'
export type {
  Activity,
  File,
  Job,
  JobWithFailures,
  Me,
  Member,
  Move,
  NewTablo,
  NewTask,
  Problem,
  Profile,
  Progress as TabloProgress,
  paths,
  Tablo,
  TabloChanges,
  Task,
  TaskChanges,
  User,
} from './schema.ts'
export type { Progress } from './sending.ts'
export type { OnTokens, Tokens } from './tokens.ts'
export type { Content, UploadOptions } from './uploading.ts'
