// embed DIR "first sentence" "second sentence": the cosine of the angle between their vectors.
#include <roformer/pipeline/embed.h>

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: embed DIR TEXT TEXT\n", 2;
  try {
    roformer::pipeline::EmbedOptions options;
    options.normalize = true;
    auto embed = roformer::pipeline::open_embed(argv[1], options);
    const std::vector<std::string> texts = {argv[2], argv[3]};
    const torch::Tensor vectors = embed({texts});  // (2, width), each of length 1
    std::cout << vectors[0].dot(vectors[1]).item<float>() << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
