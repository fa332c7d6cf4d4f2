// Recipes of each kind that train within a second, with text of their own.
#pragma once
#include <string>
#include <vector>

#include "roformer/task/recipe.h"
#include "tests/data/test_corpus.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::tests {

inline constexpr const char* tiny_model =
    "hidden_size = 16\nnum_hidden_layers = 1\nnum_attention_heads = 2\nintermediate_size = 32\n";

inline constexpr const char* tiny_run =
    "[schedule]\nkind = \"constant\"\n[optimizer]\nlearning_rate = 0.01\n[run]\nthreads = 1\n"
    "log_every = 1\n";

/// A masked or causal language model of the words of number_text: eight of the fifty that the
/// vocabulary has, so that there is something to learn.
inline std::string tiny_language_recipe(const TestFolder& folder, const std::string& kind) {
  const auto text = folder.write("text.txt", number_text(60, 20, 8));
  const auto vocabulary = folder.write("vocab.txt", number_vocabulary(50));
  return "[task]\nkind = \"" + kind + "\"\n[model]\npreset = \"roformer-tiny\"\n" + tiny_model +
         "embedding_size = 16\n[data]\ntext = [\"" + text.string() + "\"]\nvocabulary = \"" +
         vocabulary.string() + "\"\nblock_size = 0\ncache = \"" + folder.file("cache").string() +
         "\"\n[[stage]]\nlength = 16\nbatch_size = 4\nsteps = 6\n" +
         "[evaluate]\nevery = 3\nsequences = 10\nbatch_tokens = 64\n" + tiny_run;
}

/// A byte-level model of the same text.
inline std::string tiny_byte_recipe(const TestFolder& folder) {
  std::string text = tiny_language_recipe(folder, "causal_lm");
  const auto begin = text.find("vocabulary = "), end = text.find("cache = ");
  return text.replace(begin, end - begin, "vocabulary = \"bytes\"\n");
}

/// A translation model of number_pairs.
inline std::string tiny_translation_recipe(const TestFolder& folder) {
  const auto pairs = number_pairs(folder, 120);
  return std::string("[task]\nkind = \"translation\"\n[model]\npreset = \"transformer-tiny\"\n") +
         tiny_model + "[data]\nsource = \"" + pairs.source[0] + "\"\ntarget = \"" +
         pairs.target[0] +
         "\"\nvalidation_share = 0.1\ntest_share = 0.1\nvocab_size = 120\ncache = \"" +
         folder.file("cache").string() + "\"\n[[stage]]\nbatch_tokens = 60\nsteps = 6\n" +
         "[evaluate]\nevery = 3\nbleu_sentences = 3\n" + tiny_run;
}

/// The recipe of a text with changes.
inline task::Recipe read_tiny(const TestFolder& folder, const std::string& text,
                              const std::vector<std::string>& changes = {}) {
  return task::read_recipe(folder.write("recipe.toml", text), changes);
}

}  // namespace roformer::tests
