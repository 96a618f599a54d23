"""The public log: its hashes and proofs against a naive tree, and its formats."""

import base64
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from articles import merkle_log
from articles.merkle_log import PUBLIC_LOG, notes, tiles, tree
from articles.models import LogNode


def naive_root(hashes):
    """RFC 6962, 2.1, as it is written there."""
    if not hashes:
        return tree.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return tree.node_hash(naive_root(hashes[:middle]), naive_root(hashes[middle:]))


def tiles_of(hashes):
    """A reader of tiles of a log with these leaf hashes."""
    levels = [hashes]
    while len(levels[-1]) >= 256:
        row = levels[-1]
        levels.append([naive_root(row[n : n + 256]) for n in range(0, len(row) - 255, 256)])

    def read(tile):
        return b"".join(levels[tile.level][tile.number * 256 :][: tile.width])

    return read


LEAVES = [tree.leaf_hash(b"leaf %d" % number) for number in range(300)]


def test_known_roots_of_rfc_6962():
    # From the test vectors of Certificate Transparency's reference implementation.
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [tree.leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert naive_root(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert naive_root(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert tree.root_hash(8, tiles.hashes_from_tiles(8, tiles_of(hashes))) == naive_root(hashes)


def test_roots_and_inclusion_for_all_sizes_to_300():
    read = tiles_of(LEAVES)
    for size in range(301):
        hash_of = tiles.hashes_from_tiles(size, read)
        root = naive_root(LEAVES[:size])
        assert tree.root_hash(size, hash_of) == root
        for index in {0, size // 3, size // 2, size - 1} & set(range(size)):
            proof = tree.inclusion_proof(index, size, hash_of)
            tree.check_inclusion(index, size, LEAVES[index], root, proof)
            with pytest.raises(tree.WrongProof):
                tree.check_inclusion(index, size, LEAVES[index - 1] if size > 1 else b"", root, proof)
            with pytest.raises(tree.WrongProof):
                tree.check_inclusion(index, size, LEAVES[index], root, [*proof, root])


def test_consistency_for_all_sizes_to_300():
    read, roots = tiles_of(LEAVES), [naive_root(LEAVES[:size]) for size in range(301)]
    for size in range(1, 301):
        hash_of = tiles.hashes_from_tiles(size, read)
        for old in {0, 1, size // 2, 2 ** (size.bit_length() - 1), size - 1, size}:
            proof = tree.consistency_proof(old, size, hash_of)
            tree.check_consistency(old, roots[old], size, roots[size], proof)
            with pytest.raises(tree.WrongProof):
                tree.check_consistency(old, roots[old - 1] if old else b"x" * 32, size, roots[size], proof)


def test_random_proofs_of_large_trees():
    chance = random.Random(20)
    hashes = [tree.leaf_hash(b"%d" % number) for number in range(100_000)]
    read = tiles_of(hashes)
    for _ in range(3):
        size = chance.randrange(1000, 100_001)
        old, index = chance.randrange(1, size), chance.randrange(size)
        root, hash_of = naive_root(hashes[:size]), tiles.hashes_from_tiles(size, read)
        assert tree.root_hash(size, hash_of) == root
        tree.check_inclusion(index, size, hashes[index], root, tree.inclusion_proof(index, size, hash_of))
        proof = tree.consistency_proof(old, size, hash_of)
        tree.check_consistency(old, naive_root(hashes[:old]), size, root, proof)


def test_paths_of_tiles_have_one_spelling():
    assert tiles.Tile(0, 1_234_067, 256).path == "tile/0/x001/x234/067"
    assert tiles.Tile(1, 0, 5).path == "tile/1/000.p/5"
    assert tiles.Tile(0, 7, 256, has_entries=True).path == "tile/entries/007"
    for path in ("tile/0/x001/x234/067", "tile/1/000.p/5", "tile/entries/007.p/255"):
        assert tiles.parse_tile_path(path).path == path
    for path in ("tile/00/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/7/000", ""):
        assert tiles.parse_tile_path(path) is None


def test_every_tile_of_a_size_came_at_some_step():
    for size in (1, 255, 256, 257, 600):
        there = set()
        for index in range(size):
            there |= set(tiles.changed_tiles(index, index + 1))
            there -= set(tiles.outdated_tiles(index))
        assert set(tiles.changed_tiles(0, size)) <= there
        assert len(there) <= 2 * (255 + size // 256 + 256) + 2


def test_notes_and_keys_are_those_of_go():
    # A verifier key and a signed note as in the documentation of golang.org/x/mod/sumdb/note.
    key = notes.parse_verifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert notes.is_signed_by(f"{text}\n{line}", key)
    assert not notes.is_signed_by(f"{text.replace('answer', 'question')}\n{line}", key)


def test_a_full_tile_replaces_the_narrow_ones(db, client):
    PUBLIC_LOG.append([merkle_log.new_log_leaf(str(number)) for number in range(600)])
    assert LogNode.objects.count() == 2
    hash_of = PUBLIC_LOG.hashes(600)
    hashes = [tree.leaf_hash(str(number).encode()) for number in range(600)]
    assert merkle_log.root_hash(600, hash_of) == naive_root(hashes)
    assert [
        client.get(f"/log/tile/{path}").status_code for path in ("0/000.p/5", "0/000", "0/002.p/88", "1/000.p/2")
    ] == [
        404,
        200,
        200,
        200,
    ]


def test_a_key_is_read_by_its_own_program_too():
    key = merkle_log.make_signer("news.example.cn/log")
    raw = base64.b64decode(str(key.verifier).split("+", 2)[2])
    signature = base64.b64decode(key.sign("text\n").split()[2])
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], b"text\n")
    assert merkle_log.notes.parse_signer(str(key)) == key
    with pytest.raises(merkle_log.WrongNote):
        merkle_log.notes.parse_signer(str(key).replace("/log+", "/other+"))
