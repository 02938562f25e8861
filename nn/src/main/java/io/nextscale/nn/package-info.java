/**
 * Layers of neural networks as records over tensors, their parameters, and how they learn.
 *
 * <p>A model is a record whose components are {@link io.nextscale.tensor.Parameter parameters},
 * layers, records and lists of these; nothing is registered anywhere. {@link
 * io.nextscale.nn.Parameters} walks the record tree and gives every parameter its name, {@code
 * blocks.3.attn.proj.weight}, which is its name in checkpoints.
 *
 * <p>Start with {@link io.nextscale.nn.Linear}, then {@link io.nextscale.nn.Parameters} and {@link
 * io.nextscale.nn.Checkpoint}, from which a model is filled. {@link io.nextscale.nn.AdamW} or
 * {@link io.nextscale.nn.Muon}, {@link io.nextscale.nn.GradientClip} and {@link
 * io.nextscale.nn.Schedule} train it.
 *
 * <p>Letters used in comments: B batch, L tokens, C channels, K inputs and N outputs of a linear
 * layer, h,w rows and columns of a map. Maps are channels last, (B,h,w,C). Deliberately absent: a
 * switch between training and inference; what differs between them is an argument.
 */
@NullMarked
package io.nextscale.nn;

import org.jspecify.annotations.NullMarked;
