export { prepareHome as default } from './kronos.ts';
