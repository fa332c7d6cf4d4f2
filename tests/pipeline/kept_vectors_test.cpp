#include "roformer/pipeline/kept_vectors.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::pipeline {
namespace {

std::optional<LineVectors> kept_of(const std::filesystem::path& path, std::uint64_t key,
                                   bool is_said = false) {
  std::string why;
  auto kept = read_kept_vectors(path, key, why);
  EXPECT_EQ(!why.empty(), is_said) << why;
  return kept;
}

TEST(KeptVectors, ComeBackForTheSameKeyOnly) {
  const checkpoint::TemporaryFolder folder("kept-vectors");
  const auto path = folder.path() / "deeper" / "kept.safetensors";
  EXPECT_FALSE(kept_of(path, 1).has_value());
  const torch::Tensor vectors = torch::randn({4, 3});
  keep_vectors(path, 1, {vectors, 2, 3});
  const auto kept = kept_of(path, 1);
  ASSERT_TRUE(kept.has_value());
  EXPECT_TRUE(torch::equal(kept->vectors, vectors));
  EXPECT_EQ(kept->cut, 2);
  EXPECT_EQ(kept->first_cut, 3);
  EXPECT_FALSE(kept_of(path, 2, true).has_value());
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
    EXPECT_FALSE(kept_of(path, 1, true).has_value());
  }
  keep_vectors(path, 1, {torch::ones({1, 1})});
  EXPECT_TRUE(kept_of(path, 1).has_value());
}

TEST(KeptVectors, OtherFilesAreNotWrittenOver) {
  const checkpoint::TemporaryFolder folder("kept-vectors-other");
  const auto path = folder.path() / "model.safetensors";
  format::save_tensors(path, {{"weight", torch::ones({2})}});
  checkpoint::expect_error({"model.safetensors", "other tensors"}, [&] { kept_of(path, 1); });
}

TEST(KeptVectors, AFolderIsNoFile) {
  const checkpoint::TemporaryFolder folder("kept-vectors-folder");
  const auto path = folder.path() / "kept.safetensors";
  std::filesystem::create_directory(path);
  EXPECT_FALSE(kept_of(path, 1).has_value());
  keep_vectors(path, 1, {torch::ones({1, 1})});
  EXPECT_TRUE(std::filesystem::is_directory(path));
}

TEST(KeptVectors, APlaceThatCannotBeWrittenIsNoError) {
  keep_vectors("/dev/null/kept.safetensors", 1, {torch::ones({1, 1})});
  EXPECT_FALSE(kept_of("/dev/null/kept.safetensors", 1).has_value());
}

}  // namespace
}  // namespace roformer::pipeline
