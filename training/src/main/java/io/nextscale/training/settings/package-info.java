/**
 * What decides what a training learns, as records that can be written, read and changed by name.
 *
 * <p>{@link io.nextscale.training.settings.TokenizerSettings} and {@link
 * io.nextscale.training.settings.VarSettings} are made of smaller records; each number carries its
 * description in a {@link io.nextscale.training.settings.Setting}. {@link
 * io.nextscale.training.settings.Settings} turns such a record into JSON and back, and changes
 * single values by their names, which are also the flags of the command line. {@link
 * io.nextscale.training.settings.Preset} holds settings that belong together.
 */
@NullMarked
package io.nextscale.training.settings;

import org.jspecify.annotations.NullMarked;
