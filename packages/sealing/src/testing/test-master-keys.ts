/** KRONOS_MASTER_KEYS of tests: the same in every process, so that what one has sealed, another opens. */
export const testMasterKeys = `test:${Buffer.alloc(32, 'test').toString('base64')}`;
