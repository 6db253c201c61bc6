import { loadConfig } from '../../src/config/env';
import { faultsOf } from '../support/settings';

describe('the settings of calls', () => {
  it('have a public STUN server and no relay unless told', () => {
    const { calls } = loadConfig({});
    expect(calls).toEqual({ ringSeconds: 45, stunUrls: ['stun:stun.l.google.com:19302'], turn: undefined });
    expect(loadConfig({ STUN_URLS: 'none' }).calls.stunUrls).toEqual([]);
  });

  it('need the relay’s addresses and its secret together', () => {
    const TURN_URLS = 'turn:turn.example.org:3478?transport=udp,turns:turn.example.org:5349';
    expect(faultsOf({ TURN_URLS })).toEqual(['TURN_SECRET is required with TURN_URLS']);
    expect(faultsOf({ TURN_SECRET: 'north' })).toEqual(['TURN_URLS is required with TURN_SECRET']);
    expect(loadConfig({ TURN_URLS, TURN_SECRET: 'north' }).calls.turn).toEqual({
      urls: TURN_URLS.split(','),
      secret: 'north',
      ttlSeconds: 3600,
    });
  });

  it.each([
    ['STUN_URLS', 'https://stun.example.org'],
    ['TURN_URLS', 'turn:turn.example.org?transport=sctp'],
  ])('name what is no address in %s', (name, value) => {
    expect(faultsOf({ [name]: value, TURN_SECRET: '' })[0]).toContain(`${name} holds "${value}"`);
  });
});
