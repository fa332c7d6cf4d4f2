#include "roformer/pipeline/uses.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/format/safetensors.h"
#include "tests/pipeline/sentence_files.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

Uses uses_of_path(const std::filesystem::path& path) {
  const checkpoint::Folder folder(path);
  return uses_of(folder, inspect(folder));
}

TEST(Uses, AreThoseOfAWholeMaskedModel) {
  const SmallCheckpoint checkpoint("roformer");
  const Uses uses = uses_of_path(checkpoint.folder());
  EXPECT_TRUE(uses.fill_mask && uses.embed && uses.tokenize && uses.run);
  EXPECT_FALSE(uses.generate || uses.embed_by_pooler);
}

TEST(Uses, AFolderOfSentenceTransformersComparesTexts) {
  const SmallCheckpoint checkpoint("bert");
  EXPECT_FALSE(uses_of_path(checkpoint.folder()).similarity);
  write_text(checkpoint.folder() / "modules.json", kModules);
  write_text(checkpoint.folder() / "1_Pooling" / "config.json",
             "{\"pooling_mode_mean_tokens\": true}");
  write_text(checkpoint.folder() / "2_Normalize" / "config.json", "{}");
  EXPECT_TRUE(uses_of_path(checkpoint.folder()).similarity);
}

TEST(Uses, WithoutATokenizerThereIsOneLeft) {
  const SmallCheckpoint checkpoint("bert");
  std::filesystem::remove(checkpoint.folder() / "vocab.txt");
  const Uses uses = uses_of_path(checkpoint.folder());
  EXPECT_TRUE(uses.run);
  EXPECT_FALSE(uses.fill_mask || uses.embed || uses.tokenize);
}

TEST(Uses, ATokenizerThatIsTooLargeOnlyTokenizes) {
  const SmallCheckpoint checkpoint("bert");
  const auto words = checkpoint.folder() / "vocab.txt";
  base::write_file_atomically(words, base::read_file(words) + "one\nmore\n");
  const Uses uses = uses_of_path(checkpoint.folder());
  EXPECT_TRUE(uses.tokenize && uses.run);
  EXPECT_FALSE(uses.fill_mask || uses.embed);
}

TEST(Uses, NothingIsComputedOfNumbersThatAreNone) {
  const SmallCheckpoint checkpoint("roformer");
  const auto path = checkpoint.folder() / "model.safetensors";
  auto tensors = format::load_tensors(path).tensors;
  tensors["stray"] = torch::tensor({std::nanf("")});
  format::save_tensors(path, tensors);
  EXPECT_TRUE(uses_of_path(checkpoint.folder()).fill_mask);
  tensors["cls.predictions.bias"] = torch::full({16}, std::nanf(""));
  format::save_tensors(path, tensors);
  const Uses uses = uses_of_path(checkpoint.folder());
  EXPECT_TRUE(uses.tokenize);
  EXPECT_FALSE(uses.fill_mask || uses.embed || uses.run);
}

TEST(Uses, AHeadThatIsNotWholeFillsNoMask) {
  const SmallCheckpoint checkpoint("roformer");
  const auto path = checkpoint.folder() / "model.safetensors";
  auto tensors = format::load_tensors(path).tensors;
  tensors.erase("cls.predictions.transform.dense.bias");
  format::save_tensors(path, tensors);
  const Uses uses = uses_of_path(checkpoint.folder());
  EXPECT_TRUE(uses.embed);
  EXPECT_FALSE(uses.fill_mask);
}

}  // namespace
}  // namespace roformer::pipeline
