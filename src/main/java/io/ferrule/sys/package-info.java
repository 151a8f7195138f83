/**
 * The floor under everything of ours: loading the helper library, errors, descriptors, and the checks that memory goes through before the kernel
 * gets its address.
 */
package io.ferrule.sys;
