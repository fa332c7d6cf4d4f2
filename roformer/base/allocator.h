// How the process gets memory from the system.
#pragma once

namespace roformer::base {

/// From now on memory that is freed stays with the process instead of going back to the system. For
/// programs that allocate tensors of the same sizes over and over: glibc maps each of 32 MB and
/// more anew, and clearing fresh pages took 6 % of a training step (Transformer-base, 32,000
/// words). No effect with another C library.
void keep_freed_memory();

/// Keeps oneDNN from holding the code of more than some hundred products, before the first of them.
/// A packed batch has a number of tokens of its own, so most would never be used again; the default
/// is 1,024. ONEDNN_PRIMITIVE_CACHE_CAPACITY and LRU_CACHE_CAPACITY of the environment go first. A
/// run of Table 1, tiny, has 1.1 GB instead of 1.6 after 100 steps, at the same speed.
void limit_kept_products();

}  // namespace roformer::base
