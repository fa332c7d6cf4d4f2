#include "roformer/pipeline/kept_vectors.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::pipeline {
namespace {

TEST(KeptVectors, ComeBackForTheSameKeyOnly) {
  const checkpoint::TemporaryFolder folder("kept-vectors");
  const auto path = folder.path() / "deeper" / "kept.safetensors";
  EXPECT_FALSE(read_kept_vectors(path, 1).has_value());
  const torch::Tensor vectors = torch::randn({4, 3});
  keep_vectors(path, 1, {vectors, 2, 3});
  const auto kept = read_kept_vectors(path, 1);
  ASSERT_TRUE(kept.has_value());
  EXPECT_TRUE(torch::equal(kept->vectors, vectors));
  EXPECT_EQ(kept->cut, 2);
  EXPECT_EQ(kept->first_cut, 3);
  EXPECT_FALSE(read_kept_vectors(path, 2).has_value());
}

TEST(KeptVectors, DamageIsSeen) {
  const checkpoint::TemporaryFolder folder("kept-vectors-damaged");
  const auto path = folder.path() / "kept.safetensors";
  keep_vectors(path, 1, {torch::randn({4, 3})});
  const std::string whole = base::read_file(path);
  std::string flipped = whole;
  flipped.back() ^= 1;
  for (const std::string& content :
       {flipped, whole.substr(0, whole.size() - 5), std::string("x"), std::string()}) {
    base::write_file_atomically(path, content);
    EXPECT_FALSE(read_kept_vectors(path, 1).has_value());
  }
  keep_vectors(path, 1, {torch::ones({1, 1})});
  EXPECT_TRUE(read_kept_vectors(path, 1).has_value());
}

TEST(KeptVectors, OtherFilesAreNotWrittenOver) {
  const checkpoint::TemporaryFolder folder("kept-vectors-other");
  const auto path = folder.path() / "model.safetensors";
  format::save_tensors(path, {{"weight", torch::ones({2})}});
  checkpoint::expect_error({"model.safetensors", "other tensors"},
                           [&] { read_kept_vectors(path, 1); });
}

TEST(KeptVectors, APlaceThatCannotBeWrittenIsNoError) {
  keep_vectors("/dev/null/kept.safetensors", 1, {torch::ones({1, 1})});
  EXPECT_FALSE(read_kept_vectors("/dev/null/kept.safetensors", 1).has_value());
}

}  // namespace
}  // namespace roformer::pipeline
